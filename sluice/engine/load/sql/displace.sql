-- Rows of a later run that is still open, which lose their key to this one: they become its contenders.
insert into sluice.contender (run_id, input_id, part_id, line, row)
select c.c_run, c._input_id, c.c_part, c._line, to_jsonb(t)
from {contest} c join {target} t on {key_c_t}
where c.c_target and c.c_place > 1 and not c.c_base and c.c_run <> %(run)s
