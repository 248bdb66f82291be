-- Rows of this run whose key also belongs, or belonged, to a row of an open run.
insert into {contest} ({columns}, "Run", "Position", "Part", "Final", "There", "Counted", "Record", "Absent")
select {w_columns}, i.run_id, i.position, c.part_id, false, false, c.counted, c.ctid,
       nullif(c.absent, '{{}}')
from sluice.contender c
join sluice.input i on i.id = c.input_id
cross join lateral jsonb_populate_record(null::{target}, c.row) w
where c.run_id = %(run)s and i.source = %(source)s
