-- One part has ended: the input's counters, then (by the caller) the run's, always in this order.
update sluice.input
set parts_left = parts_left - 1, read = read + %(read)s, loaded = loaded + %(loaded)s,
    updated = updated + %(updated)s, unchanged = unchanged + %(unchanged)s,
    duplicate = duplicate + %(duplicate)s, rejected = rejected + %(rejected)s,
    contested = contested + %(contested)s, staged = staged or %(staged)s
where id = %(input)s
returning parts_left
