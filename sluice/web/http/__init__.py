"""The edge of the API: requests as they come in, values and cursors in them, and problems as answers."""
