-- The derived table as it was built before, for the same date.
(select * from {table} where {slice})
