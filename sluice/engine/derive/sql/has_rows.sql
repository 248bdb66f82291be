-- Whether the table still has rows of the date.
select exists (select from {table} where {slice})
