-- The newest runs.
select id as run, pipeline, state, inputs_total, planned, read, loaded, updated, unchanged, duplicate, rejected,
       contested, round(extract(epoch from coalesce(finished_at, clock_timestamp()) - created_at), 3)::float8 as seconds, error
from sluice.run order by id desc limit %(limit)s
