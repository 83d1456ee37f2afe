"""Who may come in, as whom, how often, and what is written down of it."""
