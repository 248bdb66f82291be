-- What files of this run gave when they were read before: they come again, whole.
delete from {target} where _input_id = any(%(replaced)s)
