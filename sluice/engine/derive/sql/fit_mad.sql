-- The median absolute deviation of a group's values. It takes two passes: the median must be known first.
with valid as materialized (
    select * from (
        select {members}, {column} as x from {base} where {slice} and {column} is not null and ({where})) grouped
    where {in_groups}
), centre as (
    select {whole_and_groups}, percentile_cont(0.5) within group (order by x) as median
    from valid group by {whole_and_groups}
)
insert into sluice.statistic (pipeline, derived, as_of, step, definition, name, of_group, value, rows, run_id)
select %(pipeline)s, %(derived)s, %(as_of)s, %(step)s, %(definition)s, %(name)s, jsonb_build_array({groups}),
       (percentile_cont(0.5) within group (order by abs(x - median)))::text, count(*), %(run)s
from valid join centre using ({whole_and_groups}) group by {whole_and_groups} having count(*) >= %(least)s
