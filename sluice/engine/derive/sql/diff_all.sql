-- What differs between the table and what its rows are now.
create temp table {diff} on commit drop as
select {either_columns}, o.ctid as place, o.{value} as before, n.{value} as after, n.{first_key} is null as removed
from {new} n
full join (select ctid, * from {table} where {slice}) o on {key_n_o}
where row({n_columns}) is distinct from row({o_columns})
