-- Rows whose key occurs earlier in the same part.
copy {lost} ({columns}) from stdin (format binary)
