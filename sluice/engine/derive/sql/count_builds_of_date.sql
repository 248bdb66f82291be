-- The run of each build of a date.
select run_id from sluice.build
where pipeline = %(pipeline)s and derived = any(%(derived)s) and as_of = %(as_of)s
