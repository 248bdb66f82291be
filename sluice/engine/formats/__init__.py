"""What files are written in: packings, and text of several formats."""
