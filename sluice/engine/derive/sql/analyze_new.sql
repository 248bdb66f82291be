-- A temporary table has no statistics of its own accord: without them it may be joined row by row.
analyze {new}
