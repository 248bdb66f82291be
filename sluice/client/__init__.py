"""What scripts and web applications use: light to import, the rest is imported by the first call."""
