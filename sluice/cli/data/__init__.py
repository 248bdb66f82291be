"""Commands about tables and files: write, explain, compute again, generate, remove."""
