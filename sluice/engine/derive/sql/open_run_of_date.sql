-- An open run that builds a date, or will.
select id from sluice.run
where pipeline = %(pipeline)s and state = 'running' and (options->>'as_of')::date = %(as_of)s order by id limit 1
