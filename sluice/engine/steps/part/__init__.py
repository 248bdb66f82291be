"""A part, from its bytes to its rows in the table."""
