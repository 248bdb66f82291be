"""Commands about tables and files: export, explain, refit, generate, purge."""
