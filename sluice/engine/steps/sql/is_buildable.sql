-- Whether derived tables are to be built: there are some, no step is dead, no rows are lost, all inputs were registered,
-- and not every one has failed (an undo has taken out rows in any case). If the run was registered with derived tables that this worker does not have, another worker builds them.
select (%(derived)s or exists (select from sluice.run where id = %(run)s and options ? 'derived'))
       and not exists (select from sluice.step where run_id = %(run)s and state = 'dead')
       and not exists (select from sluice.run where id = %(run)s and (lost is not null or registrar is not null))
       and (exists (select from sluice.input where run_id = %(run)s and state in ('done', 'already_loaded'))
            or not exists (select from sluice.input where run_id = %(run)s)
            or exists (select from sluice.run where id = %(run)s and options ? 'undo'))
