-- What differs, among the rows that may have changed. Each is looked up by the index, also for a date that the planner
-- has no statistics for.
create temp table {diff} on commit drop as
select {either_columns}, o.ctid as "Place", {o_value} as "Before", {n_value} as "After", n.{first_key} is null as "Removed"{old_columns}
from {new} n
full join (
    select o.* from {touched} k
    cross join lateral (select ctid, * from {table} o where {slice} and {key_k_o} offset 0) o) o on {key_n_o}
where row({n_columns}) is distinct from row({o_columns})
