"""The records of a Python function as a source."""
