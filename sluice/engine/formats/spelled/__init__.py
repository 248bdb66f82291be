"""Typed values as text that their declared column type parses to exactly the same value, or refuses."""
