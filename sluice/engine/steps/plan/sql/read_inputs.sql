-- What a plan needs to know of inputs.
select i.id, i.run_id, i.position, i.pipeline, i.source, i.uri, i.contract, i.state, r.options, i.revision, i.redeclared,
       coalesce((select max(id) from sluice.forgotten), 0) as forgotten,
       (r.created_at at time zone 'UTC')::date as registered
from sluice.input i join sluice.run r on r.id = i.run_id
where i.id = any(%(inputs)s)
order by i.id
