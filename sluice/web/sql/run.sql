-- One run with its books, its inputs, what it built, and when it has ended why rows were refused: of so many rejects at
-- most. Of files the place below the inbox, else the name alone.
select (select row_to_json(p) from (
    select r.id as run, r.pipeline, r.state, r.options->>'as_of' as as_of, r.inputs_total as inputs, r.planned, r.read,
           r.loaded, r.updated, r.unchanged, r.duplicate, r.rejected, r.contested, r.created_at, r.finished_at,
           (select count(*) from sluice.step s where s.run_id = r.id and s.state = 'dead') as dead_steps,
           (select count(*) from sluice.input i where i.run_id = r.id and i.state = 'failed') as inputs_failed,
           coalesce((
               select json_agg(json_build_object(
                   'input', i.id, 'source', i.source, 'file', named.name, 'state', i.state,
                   'error_code', i.error_code, 'note', i.note,
                   'same_as_run', (select o.run_id from sluice.input o where o.id = i.same_as), 'read', i.read, 'loaded', i.loaded, 'updated', i.updated,
                   'unchanged', i.unchanged, 'duplicate', i.duplicate, 'rejected', i.rejected,
                   'contested', i.contested) order by i.position, i.id)
               from (select * from sluice.input where run_id = r.id order by position, id limit %(most)s) i
               cross join lateral (select {file} as name) named), '[]') as first_inputs,
           case when r.state <> 'running' then coalesce((select json_agg(c) from ({reasons}) c), '[]') end as reasons,
           coalesce((
               select json_agg(json_build_object('note', n.note, 'inputs', n.inputs) order by n.inputs desc, n.note)
               from (select note, count(*) as inputs from sluice.input
                     where run_id = r.id and note is not null group by note) n), '[]') as notes,
           coalesce((
               select json_agg(json_build_object(
                   'table', b.derived, 'as_of', b.as_of, 'mode', b.mode, 'rows', b.rows, 'added', b.added,
                   'changed', b.changed, 'removed', b.removed, 'built_at', b.built_at) order by b.id)
               from sluice.build b where b.run_id = r.id), '[]') as builds) p)::text
from sluice.run r
where r.id = cast(%(run)s as bigint)
