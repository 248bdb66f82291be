-- Inputs of the same run that were skipped because this one had their content: one of them has to load it now.
with freed as (
    update sluice.input d
    set state = 'registered', same_as = null, finished_at = null
    from sluice.input i
    where i.id = %(input)s and d.run_id = i.run_id and d.same_as = i.id and d.state = 'already_loaded'
    returning d.id, d.run_id
), due as (
    update sluice.step s
    set state = 'due', due_at = clock_timestamp(), published_until = null
    from freed where s.input_id = freed.id and s.kind = 'plan'
)
update sluice.run r set inputs_left = inputs_left + f.inputs
from (select run_id, count(*) as inputs from freed group by run_id) f
where r.id = f.run_id
