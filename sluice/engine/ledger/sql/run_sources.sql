-- The sources that a run brings.
select distinct source from sluice.input where run_id = %(run)s
