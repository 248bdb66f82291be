-- Contents that earlier runs applied since the first of these contents was applied last, oldest first. An input that is
-- not read yet counts as unknown content, and content that was read under another declaration as other content. Only runs
-- since then are read: with both limits the planner knows that they are few, and the inner order is that of the index.
with latest as (
    select max(i.run_id) as run from sluice.input i join sluice.run r on r.id = i.run_id
    where i.pipeline = %(pipeline)s and i.source = %(source)s and i.run_id < %(run)s
      and i.sha256 = any(%(contents)s) and i.contract = %(contract)s
      and (i.state in ('loading', 'loaded', 'done') or (i.state = 'failed' and i.loaded + i.updated + i.unchanged > 0)
           or (i.state in ('registered', 'attached') and r.state = 'running'))
    group by i.sha256
), since as materialized (
    select i.* from sluice.input i
    where i.pipeline = %(pipeline)s and i.source = %(source)s
      and i.run_id >= (select min(run) from latest) and i.run_id < %(run)s
      and i.uri not like 'replay:%%'
    order by i.run_id, i.id
)
select coalesce(i.sha256, '') || case when i.contract = %(contract)s then '' else ' ' || i.contract end as sha256
from since i join sluice.run r on r.id = i.run_id
where i.state in ('loading', 'loaded', 'done') or (i.state = 'failed' and i.loaded + i.updated + i.unchanged > 0)
   or (i.state in ('registered', 'attached') and r.state = 'running')
order by i.run_id, i.position
