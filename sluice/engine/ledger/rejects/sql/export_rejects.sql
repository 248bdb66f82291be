-- An input's rejects for a cursor, in the order that the index has: nothing is sorted, however many there are.
select r.line, r.column_name as column, r.code, r.reason, r.other_input, r.other_line,
       (select o.uri from sluice.input o where o.id = r.other_input) as other_file
from sluice.reject r
where r.input_id = %(input)s and (%(code)s::text is null or r.code = %(code)s)
  and (%(column)s::text is null or r.column_name = %(column)s)
  and (r.dismissed is null or not %(only_open)s)
order by r.line
