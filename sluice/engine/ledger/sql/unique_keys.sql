-- The columns of each index that keeps all rows of a table apart: one of them must be the declared key.
select array_agg(attname::text)
from pg_index join pg_attribute on attrelid = indrelid and attnum = any(indkey)
where indrelid = to_regclass(%(table)s) and indisunique and indpred is null and indexprs is null
group by indexrelid
