"""Tables of pipelines: made, compared with their declaration, looked after."""
