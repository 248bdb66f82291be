-- As with the rows themselves.
analyze {diff}
