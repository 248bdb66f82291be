-- Rows whose key occurs earlier in the same part.
copy {lost} ({copied}) from stdin (format binary)
