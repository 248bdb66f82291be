-- All rows of each contested key, best first: settled rows (their run may still be building), then the lowest run, input
-- and line.
with own as (
    select {w_columns}, c.run_id as c_run, c.part_id as c_part, i.position as c_position
    from sluice.contender c
    join sluice.input i on i.id = c.input_id
    cross join lateral jsonb_populate_record(null::{target}, c.row) w
    where c.run_id = %(run)s and i.source = %(source)s and not c.base
), there as (
    select {t_columns}, i.run_id as c_run, p.id as c_part, i.position as c_position,
           (r.state <> 'running' or i.settled is not null) and r.id <> %(run)s as c_final
    from {target} t
    join sluice.input i on i.id = t._input_id
    join sluice.run r on r.id = i.run_id
    left join sluice.part p on p.input_id = i.id and p.first_line <= t._line
                           and (p.end_line is null or t._line < p.end_line)
    where exists (select from own c where {key_c_t})
    for update of t
), every as (
    select {columns}, c_run, c_part, c_position, false as c_target, false as c_final from own
    union all
    select {columns}, c_run, c_part, c_position, true, c_final from there
)
insert into {contest} ({columns}, c_run, c_part, c_target, c_final, c_base, c_place)
select {columns}, c_run, c_part, c_target, c_final, false,
       row_number() over (partition by {key} order by c_final desc, c_run, c_position, _line)
from every
