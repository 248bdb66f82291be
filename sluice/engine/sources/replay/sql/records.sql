-- The records of a replay's input, for a cursor: in the order of their lines.
select record from sluice.replayed where by_input = %(input)s order by by_line
