-- A page of what a pipeline serves, by its key. It has the conditions of the given parameters, and no others: each value
-- is a literal when the page is planned.
select {key}, {left_out}, (select row_to_json(r) from (select {fields}) r)::text
from {rows} p
where {conditions}
order by {by}
limit %(limit)s
