"""File formats: compression, encodings, and text of several formats."""
