-- Rows whose key stands earlier in the same part.
copy {lost} ({columns}) from stdin (format binary)
