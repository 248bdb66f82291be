-- What became of each row: the winner is loaded; the others are a duplicate of it, or a reject.
insert into {verdict}
select c.c_part, c._input_id, c.c_run,
       case when c.c_place = 1 then 1 when c.c_target then -1 else 0 end,
       0, 0,
       (c.c_place > 1 and c.c_run = %(run)s and {row_c} is not distinct from {row_w})::int,
       (c.c_place > 1 and c.c_run = %(run)s and {row_c} is distinct from {row_w})::int,
       case when not c.c_target then -1 when c.c_run <> %(run)s then 1 else 0 end
from {contest} c join {contest} w on {key_c_w} and w.c_place = 1
where not (c.c_target and c.c_place = 1)
