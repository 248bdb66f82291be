-- Rows whose key has another row with other values in an earlier place.
insert into sluice.reject (run_id, input_id, part_id, line, code, reason, other_input, other_line)
select c."Run", c._input_id, c."Part", c._line, 'key_conflict',
       format('The same key (%%s) has other values in line %%s of %%s, which comes first.',
              {key_names}, w._line, case when w._input_id = c._input_id then 'the same file' else i.uri end),
       w._input_id, w._line
from {contest} c
join {contest} w on {key_c_w} and w."Place" = 1
join sluice.input i on i.id = w._input_id
where c."Place" > 1 and c."Run" = %(run)s and {row_c} is distinct from {row_w}
