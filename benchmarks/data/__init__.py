"""What is loaded: files that are written once, and what a right load of them leaves in the table."""
