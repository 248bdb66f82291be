-- Rows of some pages that have expired go, of settled inputs only; how many of each input.
with gone as (
    delete from {table} t using sluice.input i
    where i.id = t._input_id and i.settled is not null and t.ctid >= %(from)s::tid and t.ctid < %(to)s::tid and {old}
    returning t._input_id
)
select _input_id, count(*) from gone group by _input_id
