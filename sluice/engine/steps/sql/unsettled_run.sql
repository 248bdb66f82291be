-- Another run that has yet to settle what this one needs: rows that it has replaced or updated, or the content of one of
-- this run's inputs. It does not wait for a build itself, so no two runs wait for each other. Of open runs only inputs that
-- are not final are read; the order of an index keeps the planner at that index.
with unsettled as (
    select i.run_id from sluice.run r cross join lateral (
        (select o.run_id from sluice.input o
        where o.run_id = r.id and o.replaces <> '{}' and o.read > 0
          and (o.state in ('loading', 'loaded') or (o.state = 'failed' and o.settled is null))
        order by o.id limit 1)
        union all
        (select o.run_id from sluice.input o
        where o.pipeline = %(pipeline)s and o.run_id = r.id and o.source = any(%(updating)s) and o.read > 0
          and (o.state in ('loading', 'loaded') or (o.state = 'failed' and o.settled is null))
        order by o.id limit 1)) i
    where r.state = 'running' and r.pipeline = %(pipeline)s and r.id <> %(run)s
    union all
    select o.run_id from sluice.input i
    join sluice.input o on o.id = i.same_as and o.pipeline = i.pipeline and o.state in ('loading', 'loaded')
    join sluice.run r on r.id = o.run_id and r.state = 'running'
    where i.run_id = %(run)s and i.state = 'already_loaded' and o.run_id <> i.run_id
)
select min(run_id) from unsettled
