"""Commands about servers and long-running processes: start, check, connect."""
