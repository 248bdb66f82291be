-- A page of a run's rejects by input and line.
select r.input_id, r.line, (select row_to_json(p) from (
    select r.input_id as input, {file} as file, r.line, r.column_name as column, r.code,
           coalesce(replace(r.reason, o.uri, regexp_replace(o.uri, '^.*/', '')), r.reason) as reason,
           r.other_input, (select {file} from sluice.input i where i.id = r.other_input) as other_file, r.other_line) p)::text
from sluice.reject r join sluice.input i on i.id = r.input_id
left join sluice.input o on o.id = r.other_input and o.id <> r.input_id
where i.run_id = cast(%(run)s as bigint)
  and (cast(%(after_input)s as bigint) is null
       or (r.input_id, r.line) > (cast(%(after_input)s as bigint), cast(%(after_line)s as bigint)))
  and (cast(%(code)s as text) is null or r.code = %(code)s)
order by r.input_id, r.line
limit %(limit)s
