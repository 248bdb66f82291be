-- A part's rejects, by its lines: the index is by input and line.
delete from sluice.reject
where input_id = %(input)s and line >= %(first)s and (%(end)s::bigint is null or line < %(end)s)
