-- The page of a row that has expired, from a page on; most plans find the first. Nothing is locked.
select (split_part(trim(leading '(' from t.ctid::text), ',', 1))::bigint from {table} t
join sluice.input i on i.id = t._input_id and i.settled is not null
where t.ctid >= %(from)s::tid and {old}
limit 1
