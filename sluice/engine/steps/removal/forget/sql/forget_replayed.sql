-- The same of rows that were replayed: what became of them stays.
update sluice.replayed d set record = null
from unnest(%(inputs)s::bigint[], %(lines)s::bigint[]) g (input, line)
where d.input_id = g.input and d.line = g.line and d.record is not null
