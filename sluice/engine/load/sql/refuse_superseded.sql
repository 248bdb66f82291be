-- Rows of a replay whose key has a row that is newer than the reject which they were: by the run, the place of the file in
-- it, and the line. Rows that are there and were replayed themselves have the place of their reject, too. All are settled.
with older as (
    delete from {stage} s
    using sluice.replayed o, sluice.input f, {target} t
    left join sluice.input i on i.id = t._input_id
    left join sluice.replayed e on e.by_input = t._input_id and e.by_line = t._line
    left join sluice.input b on b.id = e.input_id
    where o.by_input = %(input)s and o.by_line = s._line and f.id = o.input_id and {key_s_t}
      and (coalesce(b.run_id, i.run_id), coalesce(b.position, i.position), coalesce(e.line, t._line))
          > (f.run_id, f.position, o.line)
    returning s._line as line, t._input_id as other_input, t._line as other_line, i.uri
)
insert into sluice.reject (run_id, input_id, part_id, line, code, reason, other_input, other_line)
select %(run)s, %(input)s, %(part)s, line, 'superseded',
       format('The key (%%s) has a newer row, of line %%s of %%s: this one is older, and would replace it.', {key_names},
              other_line, uri), other_input, other_line
from older
