-- The run's own steps, deleted last: without them nothing is left to purge.
delete from sluice.step where run_id = %(run)s and kind in ('settle', 'build')
