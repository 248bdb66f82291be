-- The content of files whose stamps are those of earlier inputs, under the same declaration, and that have not changed since
-- before these inputs were registered. (|| '' and + 0: found by their addresses, whatever the planner knows of the table.)
select c.input, k.sha256, k.size_bytes
from unnest(%(inputs)s::bigint[], %(uris)s::text[], %(stamps)s::text[], %(changed)s::timestamptz[])
     c (input, uri, stamp, changed)
cross join lateral (
    select i.sha256, i.size_bytes
    from sluice.input i join sluice.run r on r.id = i.run_id
    where i.uri = c.uri and i.pipeline || '' = %(pipeline)s and i.source || '' = %(source)s and i.stamp = c.stamp
      and i.contract = %(contract)s and i.run_id + 0 < %(run)s and i.sha256 is not null
      and (c.changed is null or c.changed < r.created_at - interval '2 seconds')
    order by i.id + 0 desc limit 1) k
