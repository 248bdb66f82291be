-- The keys of some rows, and of all rows that are alike to them.
create temp table {noted} on commit drop as
with given as materialized ({rows})
select {key} from {keys}
{alike}
