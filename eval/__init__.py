"""Evaluation: how well the system finds and answers, measured with the code that the server runs."""
