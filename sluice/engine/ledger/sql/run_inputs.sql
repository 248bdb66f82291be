-- The run's inputs, by id.
select id from sluice.input where run_id = %(run)s
