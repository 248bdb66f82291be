-- Inputs that waited for another run to load their content, in vain or only to see what it comes to: they are planned
-- again, on their own.
with freed as (
    update sluice.input a set state = 'registered', same_as = null
    where a.state = 'attached'
      and not exists (select from sluice.input i where i.id = a.same_as
                      and (i.state = 'loading' or (i.state in ('loaded', 'done') and not a.ordered)))
    returning a.id)
update sluice.step s
set state = 'due', due_at = clock_timestamp(), published_until = null
from freed where s.input_id = freed.id and s.kind = 'plan'
