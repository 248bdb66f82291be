-- An input of the run's source that is not planned: what it replaces is not known yet.
select min(uri) from sluice.input where run_id = %(run)s and source = %(source)s and state = 'registered'
