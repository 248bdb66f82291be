"""Inputs: what several steps write of them, and which refused ones a retry reads again."""
