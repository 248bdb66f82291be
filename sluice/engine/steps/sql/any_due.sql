-- Whether any step may be due. The order is that of an index: the planner cannot choose to look in the whole table.
select coalesce((select true from sluice.step where state = 'due' order by due_at limit 1), false)
