-- Rows that files of this run gave when they were read before: the files are loaded again, whole. Rows with values of
-- other files, in columns that the file did not have, stay: they are overwritten, or deleted when the run is settled.
-- Deleted rows are kept, so that the run can be undone or cancelled.
with gone as (
    delete from {target} t
    using sluice.input i, unnest(%(replaced)s::bigint[], %(by)s::bigint[]) n (input, by)
    where i.id = t._input_id and t._input_id = n.input
      and not exists (select from jsonb_array_elements_text(i.dialect -> 'absent') name where to_jsonb(t) ->> name is not null)
    returning n.by as "By", {text_t} as "Was"
)
insert into sluice.replaced (run_id, input_id, kept_run, kept_input, rows, number)
select 0, 0, %(run)s, "By", array_agg("Was"), count(*)
from (select "By", "Was", row_number() over (partition by "By") as "Number" from gone) n group by "By", "Number" / 1000
