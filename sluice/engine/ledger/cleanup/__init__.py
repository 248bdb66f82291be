"""Clean-up: parts of old runs, and copies in the landing that no run needs."""
