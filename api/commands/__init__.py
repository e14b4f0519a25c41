"""The verbs of the command line: each takes the house and what was asked, and returns the exit code."""
