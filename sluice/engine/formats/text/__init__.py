"""Shared by the text formats: a stream read once, records cut into parts, headers matched, rows refused."""
