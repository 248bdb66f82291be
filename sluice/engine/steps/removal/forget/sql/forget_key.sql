-- The key of forgotten values.
select key from sluice.forget_key
