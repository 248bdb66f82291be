"""Commands that take rows out: runs, files, dates, and people."""
