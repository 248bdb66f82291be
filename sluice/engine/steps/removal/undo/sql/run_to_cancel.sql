-- A run that is to be cancelled: whether anything of it is not final, and whether it only builds.
select r.id as run, r.pipeline, r.state, r.error, r.options ? 'cancelled' as cancelled,
       (r.options->'undo'->>'run')::bigint as undoes,
       exists (select from sluice.input i where i.run_id = r.id
               and (i.state in ('registered', 'attached', 'loading', 'loaded')
                    or (i.state = 'failed' and i.settled is null and i.loaded + i.updated + i.unchanged > 0))) as open_inputs,
       r.inputs_left = 0
       and exists (select from sluice.step s where s.run_id = r.id and s.kind = 'build' and s.state <> 'done')
       and not exists (select from sluice.step s where s.run_id = r.id and s.kind = 'settle' and s.state <> 'done') as builds
from sluice.run r where r.id = %(run)s
