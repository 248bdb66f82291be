"""SQL statements of this room, one a file."""
