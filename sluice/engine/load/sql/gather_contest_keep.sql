-- All rows of each contested key, best first: settled rows (their run may still be building) and those that Sluice has not
-- loaded, then the lowest run, input and line.
with own as (
    select {w_columns}, c.run_id as "Run", c.part_id as "Part", i.position as "Position"
    from sluice.contender c
    join sluice.input i on i.id = c.input_id
    cross join lateral jsonb_populate_record(null::{target}, c.row) w
    where c.run_id = %(run)s and i.source = %(source)s
), there as (
    select {t_columns}, coalesce(i.run_id, 0) as "Run", p.id as "Part", coalesce(i.position, 0) as "Position",
           coalesce((r.state <> 'running' or i.settled is not null) and r.id <> %(run)s, true) as "Final"
    from {target} t
    left join sluice.input i on i.id = t._input_id
    left join sluice.run r on r.id = i.run_id
    left join lateral (select id from sluice.part where input_id = i.id and first_line <= t._line
                       order by first_line desc limit 1) p on true
    where exists (select from own w where {key_w_t})
    for update of t
), every as (
    select {columns}, "Run", "Part", "Position", false as "There", false as "Final" from own
    union all
    select {columns}, "Run", "Part", "Position", true, "Final" from there
)
insert into {contest} ({columns}, "Run", "Part", "Position", "There", "Final", "Place")
select {columns}, "Run", "Part", "Position", "There", "Final",
       row_number() over (partition by {key} order by "Final" desc, "Run", "Position", _line)
from every
