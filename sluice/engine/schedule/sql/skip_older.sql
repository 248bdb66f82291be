-- Skip days that still wait while a newer one is due, if their files cannot be distinguished from those of the newer one.
update sluice.tick set state = 'skipped', note = %(note)s, changed_at = clock_timestamp()
where schedule = %(schedule)s and due_time < %(due)s and state in ('waiting', 'missing_input')
returning day, due_time
