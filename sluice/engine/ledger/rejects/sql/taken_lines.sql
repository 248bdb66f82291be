-- Lines of an input that a replay has taken: it runs, or it has loaded them.
select line from sluice.replayed where input_id = %(input)s and line = any(%(lines)s) and state <> 'refused'
