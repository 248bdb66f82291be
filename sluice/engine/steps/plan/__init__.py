"""plan: an input is read once, known by its content, and cut into parts."""
