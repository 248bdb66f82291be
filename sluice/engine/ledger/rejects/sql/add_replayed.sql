-- The rows of a replay's input, each with its line there and in the file that it is from.
insert into sluice.replayed (by_run, by_input, by_line, input_id, line, record)
select %(by_run)s, %(by_input)s, by_line, %(input)s, line, record
from unnest(%(by_lines)s::bigint[], %(lines)s::bigint[], %(records)s::text[]) rows (by_line, line, record)
