-- The books of each part. The table's check constraint refuses them when they do not balance.
update sluice.part p
set state = 'loaded', read = p.planned, loaded = c.loaded, duplicate = c.duplicate, rejected = c.rejected,
    contested = c.contested
from unnest(%(parts)s::bigint[], %(loaded)s::bigint[], %(duplicate)s::bigint[], %(rejected)s::bigint[], %(contested)s::bigint[])
     c (id, loaded, duplicate, rejected, contested)
where p.id = c.id
