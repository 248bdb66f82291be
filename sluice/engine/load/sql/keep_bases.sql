-- What the input had replaced and is still replaced, by a row of an open run: it is kept for that one.
update sluice.contender c set run_id = i.run_id, input_id = i.id, line = t._line, part_id = 0
from {target} t
join sluice.input i on i.id = t._input_id and i.settled is null
join sluice.run r on r.id = i.run_id and r.state = 'running'
where c.input_id = %(input)s and c.base
  and exists (select from jsonb_populate_record(null::{target}, c.row) w where {key_w_t})
