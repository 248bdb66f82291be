-- Lock the parts of a batch whose claims are still valid, as lock_part.sql does for one. From here to COMMIT no other worker
-- can load them.
select p.id
from unnest(%(steps)s::bigint[], %(fences)s::bigint[]) c (step, fence)
join sluice.step s on s.id = c.step and s.fence = c.fence
join sluice.part p on p.id = s.part_id
where s.state || '' = 'working' and s.kind = 'load' and p.state = 'planned'
order by s.id for update of s, p
