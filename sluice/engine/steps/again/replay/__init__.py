"""Rejects that are corrected and loaded again: their rows are read, changed, and tried."""
