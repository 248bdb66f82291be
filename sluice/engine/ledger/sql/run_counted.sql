-- The run's counters, written last: every load of the run needs this row, so it is locked for the shortest time.
update sluice.run
set read = read + %(read)s, loaded = loaded + %(loaded)s, updated = updated + %(updated)s,
    unchanged = unchanged + %(unchanged)s, duplicate = duplicate + %(duplicate)s,
    rejected = rejected + %(rejected)s, contested = contested + %(contested)s,
    inputs_left = inputs_left - %(inputs_ended)s
where id = %(run)s
returning inputs_left
