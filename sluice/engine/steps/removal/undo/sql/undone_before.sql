-- Inputs of a source that came before these and are undone already, and the runs that had loaded them.
select coalesce(array_agg(id), '{}'), coalesce(array_agg(distinct run_id), '{}')
from sluice.input where pipeline = %(pipeline)s and source = %(source)s and state = 'undone' and run_id <= %(run)s
  and id <> all(%(inputs)s)
