-- How many rows of these inputs a table has; by the index of inputs, if that reads less than the whole table.
select _input_id, count(*) from {target} where _input_id = any(%(inputs)s) group by _input_id
