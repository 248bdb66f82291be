-- Days whose files have not come in time, and have not come since, oldest first.
select schedule, day, note from sluice.tick
where schedule = any(%(schedules)s) and state = 'missing_input'
order by due_time, schedule
