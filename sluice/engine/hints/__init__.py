"""Hints: a changed line of a declaration, applied to texts that were refused, and how many of them it accepts."""
