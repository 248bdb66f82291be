-- Where the parts of an input lie, to read it once more.
select start_byte, length, first_line, planned, overlong, well_quoted from sluice.part where input_id = %(input)s order by number
