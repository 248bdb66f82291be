-- The other stored rows of these keys: of later runs, and settled rows that one of them replaced.
with kept as (
    select c.ctid as "Record", c.part_id as "Part", c.counted as "Counted", false as "Before",
           nullif(c.absent, '{{}}') as "Absent", {w_columns}
    from sluice.contender c
    join sluice.input i on i.id = c.input_id
    cross join lateral jsonb_populate_record(null::{target}, c.row) w
    where i.pipeline = %(pipeline)s and i.source = %(source)s
      and not exists (select from {contest} k where k."Record" = c.ctid)
    union all
    select null, 0, false, true, null, {w_columns}
    from sluice.replaced c
    join sluice.input i on i.id = c.input_id
    cross join lateral (select (each::{stage}).* from unnest(c.rows) each) w
    where i.pipeline = %(pipeline)s and i.source = %(source)s and c.input_id > 0
)
insert into {contest} ({columns}, "Run", "Position", "Part", "Final", "There", "Counted", "Record", "Absent")
select {w_columns}, coalesce(i.run_id, 0), coalesce(i.position, 0), w."Part",
       case when w."Before" then true when i.run_id = %(run)s then false
            else coalesce(r.state <> 'running' or i.settled is not null, true) end,
       false, w."Counted", w."Record", w."Absent"
from kept w
left join sluice.input i on i.id = w._input_id
left join sluice.run r on r.id = i.run_id
where exists (select from {contest} c where {key_c_w})
