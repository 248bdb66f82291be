-- How many rows have expired, and how many of them stay: of inputs that are not settled, or not loaded by Sluice.
select count(*) filter (where i.settled is not null), count(*) filter (where i.settled is null)
from {table} t left join sluice.input i on i.id = t._input_id
where {old}
