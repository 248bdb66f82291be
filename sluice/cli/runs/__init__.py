"""Commands about runs: load, queue, watch, try again, list what was refused."""
