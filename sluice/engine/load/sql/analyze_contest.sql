-- A temporary table has no statistics of its own accord: without them it may be joined with itself row by row.
analyze {contest}
