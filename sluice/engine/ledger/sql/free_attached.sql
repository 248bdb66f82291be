-- Inputs of other runs that waited for these, in vain: they are planned again, on their own.
with freed as (
    update sluice.input a set state = 'registered', same_as = null
    from sluice.input i
    where a.state = 'attached' and a.same_as = i.id and i.id = any(%(inputs)s) and i.state <> 'done'
    returning a.id)
update sluice.step s
set state = 'due', due_at = clock_timestamp(), published_until = null
from freed where s.input_id = freed.id and s.kind = 'plan'
