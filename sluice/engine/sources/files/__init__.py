"""Files as a source: from what a person names to text that is read where it lies, or copied to the landing."""
