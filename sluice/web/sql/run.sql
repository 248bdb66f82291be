-- One run with its books, its inputs and what it built. Of files the place below the inbox, else the name alone.
select (select row_to_json(p) from (
    select r.id as run, r.pipeline, r.state, r.options->>'as_of' as as_of, r.inputs_total as inputs, r.planned, r.read,
           r.loaded, r.updated, r.unchanged, r.duplicate, r.rejected, r.contested, r.created_at, r.finished_at,
           (select count(*) from sluice.step s where s.run_id = r.id and s.state = 'dead') as dead_steps,
           coalesce((
               select json_agg(json_build_object(
                   'input', i.id, 'source', i.source, 'file', named.name, 'state', i.state,
                   'error_code', i.error_code, 'read', i.read, 'loaded', i.loaded, 'updated', i.updated,
                   'unchanged', i.unchanged, 'duplicate', i.duplicate, 'rejected', i.rejected,
                   'contested', i.contested) order by i.position, i.id)
               from (select * from sluice.input where run_id = r.id order by position, id limit %(most)s) i
               cross join lateral (select {file} as name) named), '[]') as first_inputs,
           coalesce((
               select json_agg(json_build_object(
                   'table', b.derived, 'as_of', b.as_of, 'mode', b.mode, 'rows', b.rows, 'added', b.added,
                   'changed', b.changed, 'removed', b.removed, 'built_at', b.built_at) order by b.id)
               from sluice.build b where b.run_id = r.id), '[]') as builds) p)::text
from sluice.run r
where r.id = cast(%(run)s as bigint)
