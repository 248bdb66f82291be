-- A figure of a column of the whole table, by group. A row without a group is in none.
insert into sluice.statistic (pipeline, derived, as_of, step, definition, name, of_group, value, rows, run_id)
select %(pipeline)s, %(derived)s, %(as_of)s, %(step)s, %(definition)s, %(name)s, of_group, figure::text, n, %(run)s
from (
    select of_group, {figure} as figure, count(*) as n
    from (select {of_group} as of_group, {column} as x from {base}
          where {slice} and {column} is not null and ({where})) valid
    where not of_group @> '[null]' group by of_group having count(*) >= %(least)s) fitted
where figure is not null
