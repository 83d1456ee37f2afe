"""The write side: a folder of files becomes a published, immutable index."""
