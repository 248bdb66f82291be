-- Analyze a table that was just filled, before autovacuum does: without statistics the planner reads all rows instead of
-- looking up those of a few new inputs, or of a filter of the API.
analyze {table}
