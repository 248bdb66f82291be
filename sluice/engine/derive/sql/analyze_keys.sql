-- A temporary table has no statistics until it is analyzed: without them the planner reads whole tables.
analyze {keys}
