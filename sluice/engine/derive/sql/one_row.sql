-- The row of a key.
select {columns}, built_at from {table} where {slice} and {is_key}
