-- The only part of each of these inputs has been loaded: their counters and states, as part_ended and input_loaded do for one.
update sluice.input i
set parts_left = 0, read = i.read + c.read, loaded = i.loaded + c.loaded, updated = i.updated + c.updated,
    unchanged = i.unchanged + c.unchanged, duplicate = i.duplicate + c.duplicate, rejected = i.rejected + c.rejected,
    contested = i.contested + c.contested, state = 'loaded', finished_at = clock_timestamp()
from unnest(%(inputs)s::bigint[], %(read)s::bigint[], %(loaded)s::bigint[], %(updated)s::bigint[], %(unchanged)s::bigint[],
            %(duplicate)s::bigint[], %(rejected)s::bigint[], %(contested)s::bigint[])
     c (id, read, loaded, updated, unchanged, duplicate, rejected, contested)
where i.id = c.id -- found by its id alone: what is inside `case` the planner cannot take for rare, and look for first
  and case when i.state = 'loading' and i.parts_total = 1 and i.parts_left = 1 then true else false end
