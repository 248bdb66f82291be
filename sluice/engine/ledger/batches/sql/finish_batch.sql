-- Mark the steps of a batch done whose claims are still valid, by this version of the code.
with mine as (
    select s.id from unnest(%(steps)s::bigint[], %(fences)s::bigint[]) c (step, fence)
    join sluice.step s on s.id = c.step and s.fence = c.fence
    where s.state || '' = 'working'
    order by s.id for update of s
)
update sluice.step set state = 'done', lease_until = null, holder = null, error = null, code_version = %(code_version)s
where id in (select id from mine)
