-- A statistic of a column of the whole table, by group. Rows without a group are left out. Groups are sorted as bytes.
insert into sluice.statistic (pipeline, derived, as_of, step, definition, name, of_group, value, rows, run_id)
select %(pipeline)s, %(derived)s, %(as_of)s, %(step)s, %(definition)s, %(name)s, of_group, figure::text, n, %(run)s
from (
    select jsonb_build_array({groups}) as of_group, {figure} as figure, count(*) as n
    from (select {members}, {column} as x from {base} where {slice} and {column} is not null and ({where})) valid
    where {in_groups} group by {whole_and_groups} having count(*) >= %(least)s) fitted
where figure is not null
