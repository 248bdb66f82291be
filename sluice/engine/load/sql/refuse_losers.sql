-- Rows whose key has another row with other values in an earlier place.
insert into sluice.reject (run_id, input_id, part_id, line, code, reason, other_input, other_line)
select c."Run", c._input_id, c."Part", c._line, 'key_conflict',
       case when i.id is null
            then format('The same key (%%s) has other values in a row that Sluice has not loaded.', {key_names})
            else format('The same key (%%s) has other values in line %%s of %%s, which comes first.', {key_names}, w._line,
                        case when w._input_id = c._input_id then 'the same file' else i.uri end) end,
       i.id, case when i.id is not null then w._line end
from {contest} c
join {contest} w on {key_c_w} and w."Place" = 1
left join sluice.input i on i.id = w._input_id
where c."Place" > 1 and c."Run" = %(run)s and {row_c} is distinct from {row_w}
