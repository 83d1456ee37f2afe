"""What the keeper of the documents does: uploads, corrections, indexing, and looking at what readers missed."""
