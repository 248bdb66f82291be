-- The run's counters, last of all: the row that every load of the run wants is held for the shortest time.
update sluice.run
set read = read + %(read)s, loaded = loaded + %(loaded)s, updated = updated + %(updated)s,
    unchanged = unchanged + %(unchanged)s, duplicate = duplicate + %(duplicate)s,
    rejected = rejected + %(rejected)s, contested = contested + %(contested)s,
    inputs_left = inputs_left - %(inputs_ended)s
where id = %(run)s
returning inputs_left
