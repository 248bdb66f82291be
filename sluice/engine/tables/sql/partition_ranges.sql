-- The days of each partition of a table, in UTC: the first one and the one after the last, null where there is no limit, as of
-- DEFAULT. An end within a day counts as the next day: whether that day is whole, the load will say.
select case when b.low !~ '^[A-Z-]' then b.low::timestamp::date::text end,
       case when b.high !~ '^[A-Z-]' and b.high !~ '^infinity' then (b.high::timestamp + interval '1 day - 1 microsecond')::date::text end
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = %(schema)s
join pg_inherits h on h.inhparent = c.oid
join pg_class p on p.oid = h.inhrelid
cross join lateral regexp_match(pg_get_expr(p.relpartbound, p.oid), $$FROM \('?([^,')]*)'?.*\) TO \('?([^,')]*)'?.*\)$$) m (found)
cross join lateral (select regexp_replace(m.found[1], '\+00$', '') as low, regexp_replace(m.found[2], '\+00$', '') as high) b
where c.relname = %(table)s and c.relkind = 'p'
