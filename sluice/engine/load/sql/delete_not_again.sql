-- Rows that were kept for values of other files, and that did not come again.
delete from {target} where _input_id = any(%(replaced)s)
