-- For each input an earlier open run with the same file, where it is planned first, so that of two runs of the same files the
-- earlier one loads them all, in the order of its list.
select c.input, min(i.run_id)
from unnest(%(inputs)s::bigint[], %(uris)s::text[]) c (input, uri)
join sluice.input i on i.pipeline = %(pipeline)s and i.uri = c.uri and i.state = 'registered' and i.run_id < %(run)s
join sluice.run r on r.id = i.run_id and r.state = 'running'
group by c.input
