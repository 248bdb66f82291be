-- The median of how far the values of a group are from their median. It takes two passes: the median must be known.
with valid as materialized (
    select * from (select {of_group} as of_group, {column} as x from {base}
                   where {slice} and {column} is not null and ({where})) grouped
    where not of_group @> '[null]'
), centre as (
    select of_group, percentile_cont(0.5) within group (order by x) as median from valid group by of_group
)
insert into sluice.statistic (pipeline, derived, as_of, step, definition, name, of_group, value, rows, run_id)
select %(pipeline)s, %(derived)s, %(as_of)s, %(step)s, %(definition)s, %(name)s, of_group,
       (percentile_cont(0.5) within group (order by abs(x - median)))::text, count(*), %(run)s
from valid join centre using (of_group) group by of_group having count(*) >= %(least)s
