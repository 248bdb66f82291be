-- Write the state of a day.
update sluice.tick
set state = %(state)s, note = %(note)s, run_id = %(run)s, looked_until = null,
    changed_at = case when state = %(state)s then changed_at else clock_timestamp() end
where schedule = %(schedule)s and due_time = %(due)s
