-- One row of what a pipeline serves, by its key.
select (select row_to_json(r) from (select {fields}) r)::text
from {rows} p
where {conditions}
limit 1
