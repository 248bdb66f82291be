-- Of these lines of lists those whose record is not in its table: a newer one has its key, or it was deleted.
select l.line
from unnest(%(lines)s::bigint[]) l (line) join sluice.input i on i.id = %(input)s
where not exists (select from {parent} p where p._input_id = i.of_input and p._line = l.line / %(places)s)
