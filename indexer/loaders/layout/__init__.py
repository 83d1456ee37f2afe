"""From characters, rules and lines placed on pages to text: what PDF, OFD and recognised images have in common."""
