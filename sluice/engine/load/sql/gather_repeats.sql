-- The rows of keys that are there more than once, with their places: rows that the run has not loaded come first, then by
-- input and line. (Of some keys it is only the hash that is there more than once.) As an array the places are looked up
-- in their order; in a join the planner would read the whole target.
create temp table {placed} on commit drop as
select {t_columns}, t.ctid as "Record", i.run_id is not distinct from %(run)s as "Own",
       row_number() over (partition by {t_key} order by (i.run_id is not distinct from %(run)s), i.position, t._line) as "Place"
from {target} t left join sluice.input i on i.id = t._input_id
where t.ctid = any(array(select place from {repeated}))
