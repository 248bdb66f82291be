-- A day that was asked for by hand waits no longer, and is skipped no more.
update sluice.tick
set state = 'started', note = null, run_id = %(run)s, looked_until = null, changed_at = clock_timestamp()
where schedule = %(schedule)s and day = %(day)s and state <> 'started'
