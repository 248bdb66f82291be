-- Record the stamps of files when inputs read them.
update sluice.input i set stamp = c.stamp
from unnest(%(inputs)s::bigint[], %(stamps)s::text[]) c (id, stamp)
where i.id = c.id
