-- What differs, among the keys of the rows that are new or other than before: none is gone. Each is looked up by the index, as
-- keys that may have changed are. All that is to be written is in it: a few rows are not written down twice.
create temp table {diff} on commit drop as
select {n_columns}, o.ctid as "Place", {o_value} as "Before", {n_value} as "After", false as "Removed",
       row({n_columns}) is distinct from row({o_columns}) as "Differs"
from ({select}) n
left join lateral (select ctid, * from {table} o where {slice} and {key_n_o} offset 0) o on true
