-- Whether a run has come to an end from which tables can be built: no dead step, no lost rows, and not everything has failed. Where the
-- run was asked for derived tables that this worker knows nothing of, another worker builds them.
select (%(derived)s or exists (select from sluice.run where id = %(run)s and options ? 'derived'))
       and not exists (select from sluice.step where run_id = %(run)s and state = 'dead')
       and not exists (select from sluice.run where id = %(run)s and lost is not null)
       and (exists (select from sluice.input where run_id = %(run)s and state in ('done', 'already_loaded'))
            or not exists (select from sluice.input where run_id = %(run)s))
