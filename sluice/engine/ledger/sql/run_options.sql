-- The options of a run.
select options from sluice.run where id = %(run)s
