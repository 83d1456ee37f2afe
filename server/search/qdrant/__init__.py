"""Search over a generation that lies in a Qdrant cluster."""
