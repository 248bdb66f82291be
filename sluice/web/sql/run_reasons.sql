-- Rejects of a run by column and code, most frequent first, each with its first reject as an example: as the ledger's
-- reject_reasons, with files named as the API names them.
with taken as (
    select i.position, i.id, r.line, r.column_name, r.code
    from sluice.input i join sluice.reject r on r.input_id = i.id
    where i.run_id = cast(%(run)s as bigint)
    limit %(counted)s
), counted as (
    select position, id, column_name, code, count(*) as rows, min(line) as line
    from taken group by position, id, column_name, code
), reasons as (
    select distinct on (column_name, code) column_name, code, id, line,
           (sum(rows) over (partition by column_name, code))::bigint as rows
    from counted order by column_name, code, position, id
)
select f.column_name as column, f.code, f.rows, f.id as input, {file} as file, f.line, example.reason,
       example.other_input, (select {file} from sluice.input i where i.id = example.other_input) as other_file, example.other_line
from reasons f join sluice.input i on i.id = f.id
cross join lateral (
    select coalesce(replace(r.reason, o.uri, regexp_replace(o.uri, '^.*/', '')), r.reason) as reason,
           r.other_input, r.other_line
    from sluice.reject r left join sluice.input o on o.id = r.other_input and o.id <> r.input_id
    where r.input_id = f.id and r.line = f.line and r.code = f.code and r.column_name is not distinct from f.column_name
    limit 1) example
order by f.rows desc, f.code, f.column_name
