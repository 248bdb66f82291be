-- What differs between the table and its new rows. Its own columns have capital letters, which declared columns
-- cannot have.
create temp table {diff} on commit drop as
select {either_columns}, o.ctid as "Place", {o_value} as "Before", {n_value} as "After", n.{first_key} is null as "Removed"{old_columns}
from {new} n
full join (select ctid, * from {table} where {slice}) o on {key_n_o}
where row({n_columns}) is distinct from row({o_columns})
