-- Delete the rows of one input.
delete from {target} where _input_id = %(input)s
