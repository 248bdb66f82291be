-- Days whose files have not arrived by the deadline or since, oldest first.
select schedule, day, note from sluice.tick
where schedule = any(%(schedules)s) and state = 'missing_input'
order by due_time, schedule
