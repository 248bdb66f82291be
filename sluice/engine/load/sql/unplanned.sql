-- An input of the run's source that is not planned, or not even registered: what it replaces is not known yet. Inputs with
-- lists of records are registered once these are loaded.
select coalesce(
    (select min(uri) from sluice.input where run_id = %(run)s and source = %(source)s and state = 'registered'),
    (select min(uri) from sluice.input
     where run_id = %(run)s and state in ('registered', 'attached', 'loading')
       and source in (select p.source from sluice.input c join sluice.input p on p.id = c.of_input
                      where c.run_id = %(run)s and c.source = %(source)s)),
    (select 'A file that is still to be registered' from sluice.run where id = %(run)s and registering_until is not null))
