-- How many rows of these inputs are still in the table.
select count(*) from {target} where _input_id = any(%(inputs)s)
