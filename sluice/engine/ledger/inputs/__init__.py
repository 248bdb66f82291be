"""Inputs: what several steps write about them, and which refused ones a retry reads again."""
