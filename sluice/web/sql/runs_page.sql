-- A page of runs, newest first.
select r.id, (select row_to_json(p) from (
    select r.id as run, r.pipeline, r.state, r.options->>'as_of' as as_of, r.inputs_total as inputs, r.planned, r.read,
           r.loaded, r.updated, r.unchanged, r.duplicate, r.rejected, r.contested, r.created_at, r.finished_at) p)::text
from sluice.run r
where (cast(%(after_run)s as bigint) is null or r.id < cast(%(after_run)s as bigint))
  and (cast(%(pipeline)s as text) is null or r.pipeline = %(pipeline)s)
  and (cast(%(state)s as text) is null or r.state = %(state)s)
order by r.id desc
limit %(limit)s
