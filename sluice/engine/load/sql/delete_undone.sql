-- Rows of inputs that are undone or cancelled.
delete from {target} where _input_id = any(%(inputs)s)
