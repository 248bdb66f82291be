-- A day whose run was started by hand does not wait, and is not skipped, any more.
update sluice.tick
set state = 'started', note = null, run_id = %(run)s, looked_until = null, changed_at = clock_timestamp()
where schedule = %(schedule)s and day = %(day)s and state <> 'started'
