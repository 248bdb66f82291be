-- Rejects of a run (or of one of its inputs) by column and code, most frequent first, each with its first reject as an
-- example, and how many have no text; that of rows which other rows refused is never kept. One pass over the index, over a limited number of them; there are few groups.
with taken as (
    select i.position, i.id, r.line, r.column_name, r.code,
           r.raw is null and r.code not in ('key_conflict', 'superseded') as unkept
    from sluice.input i join sluice.reject r on r.input_id = i.id
    where i.run_id = %(run)s and (%(input)s::bigint is null or i.id = %(input)s)
    limit %(most)s
), counted as (
    select position, id, column_name, code, count(*) as rows, count(*) filter (where unkept) as unkept,
           min(line) as line
    from taken group by position, id, column_name, code
), reasons as (
    select distinct on (column_name, code) column_name, code, id, line,
           (sum(rows) over (partition by column_name, code))::bigint as rows,
           (sum(unkept) over (partition by column_name, code))::bigint as unkept
    from counted order by column_name, code, position, id
)
select f.column_name as column, f.code, f.rows, f.id as input, i.uri as file, f.line, example.reason,
       example.other_input, example.other_line, o.uri as other_file, f.unkept
from reasons f join sluice.input i on i.id = f.id
cross join lateral (
    select r.reason, r.other_input, r.other_line from sluice.reject r
    where r.input_id = f.id and r.line = f.line and r.code = f.code and r.column_name is not distinct from f.column_name
    limit 1) example
left join sluice.input o on o.id = example.other_input
order by f.rows desc, f.code, f.column_name
