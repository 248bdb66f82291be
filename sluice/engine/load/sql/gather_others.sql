-- The other stored rows of these keys: of later runs, and settled rows that one of them replaced.
-- (`offset 0`: only rows of this source are read as rows of the table; others have other columns.)
with kept as (
    select c."Record", c.part_id as "Part", c.counted as "Counted", false as "Before",
           nullif(c.absent, '{{}}') as "Absent", {w_columns}
    from (select d.ctid as "Record", d.part_id, d.counted, d.absent, d.row
          from sluice.contender d join sluice.input i on i.id = d.input_id
          where i.pipeline = %(pipeline)s and i.source = %(source)s
            and not exists (select from {contest} k where k."Record" = d.ctid) offset 0) c
    cross join lateral jsonb_populate_record(null::{target}, c.row) w
    union all
    select null, 0, false, true, null, {w_columns}
    from (select d.rows from sluice.replaced d join sluice.input i on i.id = d.input_id
          where i.pipeline = %(pipeline)s and i.source = %(source)s and d.input_id > 0 offset 0) c
    cross join lateral (select (each::{stage}).* from unnest(c.rows) each) w
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
