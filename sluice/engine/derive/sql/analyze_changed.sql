-- A temporary table has no statistics of its own accord: without them the planner reads whole tables.
analyze {changed}
