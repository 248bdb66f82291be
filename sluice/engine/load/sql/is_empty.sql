-- Whether the table has no row.
select not exists (select from {target})
