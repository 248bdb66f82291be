"""The life of a run, a file a step, and what hands steps over."""
