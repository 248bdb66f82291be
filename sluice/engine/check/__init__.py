"""Pipeline files checked without servers: all mistakes, examples of rows, and what is legal and probably not meant."""
