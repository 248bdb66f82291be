-- What differs, among the keys of new or changed rows: none is removed. Each is looked up by the index. It has all rows
-- to be written, so they need no second temporary table.
create temp table {diff} on commit drop as
select {n_columns}, o.ctid as "Place", {o_value} as "Before", {n_value} as "After", false as "Removed",
       row({n_columns}) is distinct from row({o_columns}) as "Differs"{old_columns}
from ({select}) n
left join lateral (select ctid, * from {table} o where {slice} and {key_n_o} offset 0) o on true
