-- Whether any step may be due, or waits for the next message of its chain: only then are queues looked at. The order is that
-- of an index: the planner cannot choose to look in the whole table.
select coalesce((select true from sluice.step where state = 'due' order by due_at limit 1), false)
    or exists (select from sluice.step where state = 'working' and holder is null)
