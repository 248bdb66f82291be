-- The planner has no statistics of a temporary table.
analyze {stage}
