-- All rows of each contested key, newest first: the highest run, input and line. And what the run replaced.
with own as (
    select {w_columns}, c.run_id as c_run, c.part_id as c_part, i.position as c_position, c.base as c_base
    from sluice.contender c
    join sluice.input i on i.id = c.input_id
    cross join lateral jsonb_populate_record(null::{target}, c.row) w
    where c.run_id = %(run)s and i.source = %(source)s
), there as (
    select {t_columns}, i.run_id as c_run, p.id as c_part, i.position as c_position
    from {target} t
    join sluice.input i on i.id = t._input_id
    left join sluice.part p on p.input_id = i.id and p.first_line <= t._line
                           and (p.end_line is null or t._line < p.end_line)
    where exists (select from own c where not c.c_base and {key_c_t})
    for update of t
), every as (
    select {columns}, c_run, c_part, c_position, false as c_target, c_base from own
    union all
    select {columns}, c_run, c_part, c_position, true, false from there
)
insert into {contest} ({columns}, c_run, c_part, c_target, c_final, c_base, c_place)
select {columns}, c_run, c_part, c_target, false, c_base,
       row_number() over (partition by {key}, c_base order by c_run desc, c_position desc, _line desc)
from every
