"""Tables that differ from their declaration: what to change, what it costs, and what must be allowed by an option."""
