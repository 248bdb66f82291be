-- The run ends: done, unless a step of it is dead, rows of it are lost, not all of its inputs were registered, or not one
-- could be loaded.
update sluice.run r
set state = case when ends.dead or not ends.any_done or r.lost is not null or r.registrar is not null then 'failed' else 'done' end,
    error = case when ends.dead then 'A step is dead: see its input, correct the cause, then `sluice retry`.'
                 when r.lost is not null then r.lost
                 when r.registrar is not null then
                     'Its registration ended before it was complete: ' || r.inputs_total
                     || ' inputs were registered and loaded. Run the same command again, which loads the others.'
                 when not ends.any_done then 'None of its inputs could be loaded.' end,
    finished_at = clock_timestamp()
from (select exists (select from sluice.step where run_id = %(run)s and state = 'dead') as dead,
             exists (select from sluice.input where run_id = %(run)s and state in ('done', 'already_loaded'))
             or not exists (select from sluice.input where run_id = %(run)s) as any_done) ends
where r.id = %(run)s
returning r.contested
