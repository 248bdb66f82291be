-- The part's books. The table's check constraint refuses them when they do not balance.
update sluice.part
set state = 'loaded', read = planned, loaded = %(loaded)s, updated = %(updated)s, unchanged = %(unchanged)s,
    duplicate = %(duplicate)s, rejected = %(rejected)s, contested = %(contested)s
where id = %(part)s
returning read
