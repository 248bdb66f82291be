-- A part of an update: new keys are inserted, and of two rows of one key the newer one stays: by run, place in the run's
-- list of inputs, and line. Rows are written in key order, first existing and then new ones, so that two loads cannot
-- deadlock. Existing rows are written by ctid, which two rows of two partitions may have in common, and so by key, too: one
-- that changed meanwhile is missed, which the counts show, and the statement is repeated. A settled row that is replaced is recorded as the row before the run; if the existing row is
-- not settled, settling decides the outcome of both. `offset 0` keeps the planner at one index lookup for each row: it
-- has no statistics of the staged rows, and might read the whole target instead.
with met as materialized (
    select {s_columns}, t."Place", {text_t} as "Was", t._input_id as "Input", t._line as "Line",
           i.run_id as "Run", {equal_s_t} as "Equal",
           coalesce(r.state <> 'running' or i.settled is not null, true) as "Final",
           coalesce((i.run_id, i.position, t._line) > (%(run)s, %(position)s, s._line), false) as "Newer"
    from {stage} s
    left join lateral (select o.*, o.ctid as "Place" from {target} o where {key_s_o} offset 0) t on true
    left join sluice.input i on i.id = t._input_id
    left join sluice.run r on r.id = i.run_id
), changed as (
    update {target} t set {newer_m_t} from met m where t.ctid = m."Place" and {key_t_m} and not (m."Final" and m."Newer")
    returning m."Final", m."Newer", m."Was", m."Input", m."Line", m."Run", m._line as "Mine",
              case when not m."Final" and not m."Newer" then to_jsonb(t.*) end as "Now",
              case when not m."Final" and m."Newer" then (select to_jsonb(x.*) from (select {m_columns}) x) end as "Lost"
), inserted as (
    insert into {target} ({columns})
    select {m_columns} from met m where m."Place" is null and (select count(*) from changed) >= 0
    on conflict ({key}) do nothing
    returning 1
), before as (
    insert into sluice.replaced (run_id, input_id, rows, number)
    select %(run)s, %(input)s, array_agg("Was"), count(*) from changed where "Final" group by "Mine" / 1000
), kept as (
    insert into sluice.contender (run_id, input_id, part_id, line, counted, absent, row)
    select "Run", "Input", p.id, "Line", true, '{{}}', (select to_jsonb(w.*) from (select "Was"::{stage}) x, lateral (select (x."Was").*) w)
    from changed
    cross join lateral (select id from sluice.part where input_id = "Input" and first_line <= "Line"
                        order by first_line desc limit 1) p
    where not "Final" and not "Newer"
      and not exists (select from sluice.contender c where c.input_id = "Input" and c.line = "Line")
    union all
    select %(run)s, %(input)s, %(part)s, "Mine", false, case when "Newer" then %(absent)s else '{{}}'::text[] end,
           coalesce("Now", "Lost")
    from changed where not "Final"
)
select (select count(*) from inserted),
       count("Place") filter (where "Final" and not "Newer" and not "Equal"),
       count("Place") filter (where "Final" and not "Newer" and "Equal"),
       count("Place") filter (where "Final" and "Newer"),
       count("Place") filter (where not "Final"),
       (select count(*) from inserted) = count(*) - count("Place")
       and (select count(*) from changed) = count("Place") filter (where not ("Final" and "Newer"))
from met
