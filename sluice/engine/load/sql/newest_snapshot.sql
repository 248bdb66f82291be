-- The inputs that are the newest snapshot of a source: those of the newest run that loaded all its inputs of it.
with newest as (
    select max(i.run_id) as run
    from sluice.input i join sluice.run r on r.id = i.run_id
    where i.pipeline = %(pipeline)s and i.source = %(source)s
      and (r.state <> 'running' or r.id = %(run)s
           or exists (select from sluice.step b where b.run_id = r.id and b.kind = 'build'))
      and not exists (select from sluice.input f where f.run_id = i.run_id and f.source = i.source
                      and f.state not in ('loaded', 'done', 'already_loaded')))
select n.run, array_agg(distinct coalesce(i.same_as, i.id))
from newest n join sluice.input i on i.run_id = n.run and i.source = %(source)s
group by n.run
