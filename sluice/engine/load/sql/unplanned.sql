-- An input of the run's source that is not planned, or not even registered: what it replaces is not known yet.
select coalesce(
    (select min(uri) from sluice.input where run_id = %(run)s and source = %(source)s and state = 'registered'),
    (select 'A file that is still to be registered' from sluice.run where id = %(run)s and registering_until is not null))
