"""Tables of pipelines: created, compared with their declaration, checked."""
