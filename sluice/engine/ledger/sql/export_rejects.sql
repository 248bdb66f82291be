-- An input's rejects for a cursor, in the order that the index has: nothing is sorted, however many there are.
select line, column_name, code, reason from sluice.reject
where input_id = %(input)s and (%(code)s::text is null or code = %(code)s)
order by line
