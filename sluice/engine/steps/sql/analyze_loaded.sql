-- Analyze a table that was just loaded, before autovacuum does: without statistics the planner reads all rows instead
-- of looking up those of a few new inputs.
analyze {table}
