-- The generated columns of the table that was made to see how PostgreSQL words them.
select a.attname::text, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid)
from pg_attribute a
join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attrelid = 'pg_temp.sluice_words'::regclass and a.attgenerated <> ''
