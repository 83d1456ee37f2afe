"""The gate: a small set over the project's own corpus, and the numbers below which ranking must not fall."""
