-- The rows of keys that are there more than once, with their places: rows that the run has not loaded come first, then by
-- input and line. (Of some keys it is only the hash that is there more than once.) A table of its own, which is analyzed:
-- else the planner expects half of the target in it, and reads the target once more to delete a few rows.
create temp table {placed} on commit drop as
select {t_columns}, t.ctid as "Record", i.run_id is not distinct from %(run)s as "Own",
       row_number() over (partition by {t_key} order by (i.run_id is not distinct from %(run)s), i.position, t._line) as "Place"
from {target} t left join sluice.input i on i.id = t._input_id
where {hash_t} in (select hash from {repeated})
