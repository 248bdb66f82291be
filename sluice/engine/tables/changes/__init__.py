"""Tables that differ from their declaration: what to change, what it costs, and what has to be told."""
