-- All steps of the run, locked in order of id: loads that are under way end first, and their rows are taken out with the others.
select id from sluice.step where run_id = %(run)s order by id for update
