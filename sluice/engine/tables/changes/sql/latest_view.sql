-- The rows of the newest date of a derived table.
create or replace view {view} as select * from {table} where as_of = (select max(as_of) from {table})
