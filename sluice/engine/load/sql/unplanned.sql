-- An input of the run's source whose plan will say what it replaces.
select min(uri) from sluice.input where run_id = %(run)s and source = %(source)s and state = 'registered'
