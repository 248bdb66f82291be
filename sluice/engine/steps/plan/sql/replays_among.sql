-- The runs of those inputs that have loaded corrected rejects.
select string_agg(distinct by_run::text, ', ') from sluice.replayed where by_input = any(%(inputs)s) and state = 'fixed'
