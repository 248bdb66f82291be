-- The rows of one input, taken out again.
delete from {target} where _input_id = %(input)s
