-- Days whose run has not been started yet, oldest first.
select due_time, day, state, note from sluice.tick
where schedule = %(schedule)s and state in ('waiting', 'missing_input')
order by due_time
