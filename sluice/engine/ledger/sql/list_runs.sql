-- The newest runs, each with the number of its inputs that could not be loaded.
select id as run, pipeline, state, inputs_total, failed.inputs as inputs_failed, planned, read, loaded, updated, unchanged, duplicate, rejected,
       contested, round(extract(epoch from coalesce(finished_at, clock_timestamp()) - created_at), 3)::float8 as seconds, error,
       undone_by
from sluice.run r
cross join lateral (select count(*) as inputs from sluice.input i where i.run_id = r.id and i.state = 'failed') failed
order by id desc limit %(limit)s
