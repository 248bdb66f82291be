-- Rows with a value that is forgotten go; how many of each input. The value is in a setting of the transaction, so that it is
-- in no statement that a log could show.
with gone as (
    delete from {target}
    where {column} = (select (jsonb_populate_record(null::{target}, jsonb_build_object(
        %(column)s::text, current_setting('sluice.forget')))).{column})
    returning _input_id
)
select _input_id, count(*) from gone group by _input_id
