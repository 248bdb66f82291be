"""plan: an input is read once, identified by its content, and cut into parts."""
