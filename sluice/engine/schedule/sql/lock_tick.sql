-- An open day, locked: its run is registered in the same transaction, or not at all.
select 1 from sluice.tick
where schedule = %(schedule)s and due_time = %(due)s and state in ('waiting', 'missing_input')
for update
