-- What ended runs of a pipeline have fetched and loaded, each copy once, as it was loaded last, in the order of these loads.
-- With a `column`, whether the declaration of that time had it.
select source, landed as uri, run_id as run, landed, has_column
from (
    select distinct on (i.source, i.landed) i.source, i.landed, i.run_id, i.position, r.created_at,
           coalesce(v.shape -> 'columns' ? %(column)s, false) as has_column
    from sluice.input i
    join sluice.run r on r.id = i.run_id and r.state <> 'running'
    left join sluice.revision v on v.pipeline = i.pipeline and v.source = i.source and v.revision = i.revision
    where i.pipeline = %(pipeline)s and i.source = any(%(sources)s) and not i.superseded
      and i.state = 'done' and i.landed is not null and i.uri not like 'replay:%%'
    order by i.source, i.landed, i.run_id desc, i.id desc
) newest
where %(since)s::date is null or created_at >= %(since)s::date
order by run_id, position, landed
