-- An open run that may write to one of these tables: of the same pipeline, or of another one with the same table.
-- An undo that loads nothing again, and a forget, do not write to them any more.
select min(r.id) from sluice.run r
where r.state = 'running' and not (r.options ?| array['undo', 'forget'] and r.inputs_total = 0)
  and not exists (select from sluice.step b where b.run_id = r.id and b.kind = 'build' and b.state <> 'done')
  and (r.pipeline = %(pipeline)s
       or exists (select from sluice.target t
                  join unnest(%(schemas)s::text[], %(tables)s::text[]) w (schema, name)
                  on w.schema = t.schema and w.name = t.table_name
                  where t.run_id = r.id))
