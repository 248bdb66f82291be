-- How many rows there are of each kind.
select coalesce(jsonb_object_agg(what, n), '{{}}')
from (select {counted_by} as what, count(*) as n from {table} where {slice} group by 1) c
