"""Files as a source: from paths to text that is read in place, or copied to the landing."""
