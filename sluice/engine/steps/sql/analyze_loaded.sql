-- A table that was loaded a moment ago. Autovacuum comes within a minute; without statistics looking up the rows of
-- a few new inputs looks dearer to the planner than reading everything.
analyze {table}
