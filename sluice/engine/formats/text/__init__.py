"""What all formats of text share: a stream read once, whole records cut into parts, headers matched, rows refused."""
