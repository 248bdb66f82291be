-- The inputs that are the newest snapshot of a source: those of the newest run that loaded all its inputs of it. Runs are
-- looked at from the newest one on, one at a time, until one is whole.
with recursive looked_at (run, whole) as (
    select 9223372036854775807, false
    union all
    select i.run_id,
           (select r.state <> 'running' or r.id = %(run)s
                   or exists (select from sluice.step b where b.run_id = r.id and b.kind = 'build')
            from sluice.run r where r.id = i.run_id)
           and not coalesce((
               select true from sluice.input f
               where f.pipeline = %(pipeline)s and f.source = %(source)s and f.run_id = i.run_id
                 and f.state not in ('loaded', 'done', 'already_loaded')
               order by f.id limit 1), false)
    from looked_at l cross join lateral (
        select run_id from sluice.input
        where pipeline = %(pipeline)s and source = %(source)s and run_id < l.run
        order by run_id desc limit 1) i
    where not l.whole
)
select i.run_id, array_agg(distinct coalesce(i.same_as, i.id))
from sluice.input i
where i.pipeline = %(pipeline)s and i.source = %(source)s and i.run_id = (select run from looked_at where whole)
group by i.run_id
