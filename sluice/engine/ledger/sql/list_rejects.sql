-- A run's rejects by input and line, with the row that the reason refers to; the open ones, or those that are dismissed.
select r.input_id as input, i.uri as file, r.line, r.column_name as column, r.code, r.reason,
       r.other_input, r.other_line, o.uri as other_file, d.by_run as fixed_by
from sluice.reject r join sluice.input i on i.id = r.input_id
left join sluice.input o on o.id = r.other_input
left join sluice.replayed d on d.input_id = r.input_id and d.line = r.line and d.state = 'fixed'
where i.run_id = %(run)s and (%(code)s::text is null or r.code = %(code)s)
  and (%(column)s::text is null or r.column_name = %(column)s)
  and (r.dismissed is not null) = %(dismissed)s
  and (%(input)s::bigint is null or i.id = %(input)s)
  and (%(uri)s::text is null or i.uri = %(uri)s)
order by i.position, i.id, r.line
limit %(limit)s
