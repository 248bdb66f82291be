-- The byte ranges of the parts of an input, to read it again.
select start_byte, length, first_line, planned, overlong, well_quoted from sluice.part where input_id = %(input)s order by number
