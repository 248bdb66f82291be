-- Rows that were kept for the values of other files, and that were not loaded again.
delete from {target} where _input_id = any(%(replaced)s)
