"""Lists within the records of another input as a source: each element is a record of its own."""
