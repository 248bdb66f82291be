"""What only costs space: parts of old runs, copies in the landing that nobody needs."""
