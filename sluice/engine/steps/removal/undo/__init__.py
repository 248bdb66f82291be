"""Undoing a run, or inputs of it, after it was settled; and cancelling one that is open.

An undo is one transaction, which also registers a run: its files are those that lost rows to what is undone, and are
loaded again; then it builds the derived tables. So a killed undo has done nothing, or workers do the rest.
"""
