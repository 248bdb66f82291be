"""Commands on rejected rows: list, export, and replay."""
