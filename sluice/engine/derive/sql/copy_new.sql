-- One frame of rows.
copy {new} ({columns}) from stdin with (format csv)
