"""Fixed width: columns are so many characters of a line, without delimiters and quotes."""
