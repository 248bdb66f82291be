"""A run without servers: what files would give, read by the rules of a run, and nothing written."""
