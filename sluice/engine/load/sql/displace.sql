-- Rows of a later run that is still open, which lose their key to this one: they become its contenders.
insert into sluice.contender (run_id, input_id, part_id, line, row)
select c."Run", c._input_id, c."Part", c._line, to_jsonb(t.*)
from {contest} c join {target} t on {key_c_t}
where c."There" and c."Place" > 1 and c."Run" <> %(run)s
