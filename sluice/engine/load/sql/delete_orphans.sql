-- Rows of lists whose record is not in its table any more; how many of each input.
with gone as (
    delete from {target} t where not exists (select from {parent} p where {same_key}) returning t._input_id
)
select _input_id, count(*) from gone group by _input_id
