-- Rows that were kept for the values of other files, and that were not loaded again. They are kept, so that the run can be
-- undone.
with gone as (
    delete from {target} t using unnest(%(replaced)s::bigint[], %(by)s::bigint[]) n (input, by)
    where t._input_id = n.input
    returning n.by as "By", {text_t} as "Was"
)
insert into sluice.replaced (run_id, input_id, kept_run, kept_input, rows, number)
select 0, 0, %(run)s, "By", array_agg("Was"), count(*)
from (select "By", "Was", row_number() over (partition by "By") as "Number" from gone) n group by "By", "Number" / 1000
