-- A temporary table has no statistics until it is analyzed: without them it may be joined with itself row by row.
analyze {contest}
