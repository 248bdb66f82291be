-- The last trace of the run's work: without it, nothing is left to purge.
delete from sluice.step where run_id = %(run)s and kind in ('settle', 'build')
