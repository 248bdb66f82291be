-- The parts of an input, in their order; of a record that is too long to be read there are no lists.
select start_byte as start, length, first_line, planned as read, sha256, well_quoted
from sluice.part where input_id = %(input)s and not overlong order by number
