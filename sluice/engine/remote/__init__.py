"""Sources that are not files: what they give is fetched once, whole, and is a file from there on."""
