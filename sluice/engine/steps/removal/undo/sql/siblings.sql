-- The other inputs of a run's source that have loaded rows.
select i.id as input, i.run_id as run, i.pipeline, i.source, i.uri, i.contract, i.stamp
from sluice.input i
where i.run_id = %(run)s and i.source = %(source)s and i.id <> all(%(inputs)s) and i.settled is not null
  and i.state in ('done', 'failed')
order by i.position, i.id
