-- Inputs of other open runs that were skipped because one of these had their content: they load it themselves.
with freed as (
    update sluice.input d
    set state = 'registered', same_as = null, finished_at = null
    from sluice.run r
    where d.same_as = any(%(inputs)s) and d.run_id <> %(run)s and d.state = 'already_loaded' and d.settled is null
      and r.id = d.run_id and r.state = 'running'
      and not exists (select from sluice.step s where s.run_id = r.id and s.kind in ('settle', 'build'))
    returning d.id, d.run_id
), due as (
    update sluice.step s set state = 'due', due_at = clock_timestamp(), published_until = null
    from freed where s.input_id = freed.id and s.kind = 'plan'
)
update sluice.run r set inputs_left = inputs_left + f.inputs
from (select run_id, count(*) as inputs from freed group by run_id) f
where r.id = f.run_id
