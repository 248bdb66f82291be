"""Commands about runs: load, queue, watch, retry, list rejects."""
