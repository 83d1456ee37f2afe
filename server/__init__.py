"""The read side: questions become cited answers, on the command line and over HTTP."""
