-- A temporary table has no statistics until it is analyzed: without them it may be joined row by row.
analyze {new}
