-- Rows whose key is there, in a row that this load has locked. The newer of the two has it: by run, place in the run's list
-- of inputs, and line. A settled row that is replaced is kept as what was there before the run; against a row that is
-- not settled it is for settling to say what became of either.
with met as materialized (
    select {l_columns}, t.ctid as "Place", to_jsonb(t.*) as "Was", t._input_id as "Input", t._line as "Line",
           i.run_id as "Run", {equal_l_t} as "Equal",
           coalesce(r.state <> 'running' or i.settled is not null, true) as "Final",
           coalesce((i.run_id, i.position, t._line) > (%(run)s, %(position)s, l._line), false) as "Newer"
    from {lost} l
    join {target} t on {key_l_t}
    left join sluice.input i on i.id = t._input_id
    left join sluice.run r on r.id = i.run_id
), changed as (
    update {target} t set {set_m} from met m where t.ctid = m."Place" and not m."Newer"
    returning m."Final", m."Was", m."Input", m."Line", m."Run", t._line as "Mine", to_jsonb(t.*) as "Now"
), kept as (
    insert into sluice.contender (run_id, input_id, part_id, line, base, counted, row)
    select %(run)s, %(input)s, %(part)s, "Mine", true, false, "Was" from changed where "Final"
    union all
    select "Run", "Input", p.id, "Line", false, true, "Was"
    from changed
    cross join lateral (select id from sluice.part where input_id = "Input" and first_line <= "Line"
                        order by first_line desc limit 1) p
    where not "Final"
      and not exists (select from sluice.contender c where c.input_id = "Input" and c.line = "Line" and not c.base)
    union all
    select %(run)s, %(input)s, %(part)s, "Mine", false, false, "Now" from changed where not "Final"
    union all
    select %(run)s, %(input)s, %(part)s, m._line, false, false,
           (select to_jsonb(x.*) from (select {m_columns}) x)
    from met m where not "Final" and "Newer"
)
select count(*) filter (where "Final" and not "Newer" and not "Equal"),
       count(*) filter (where "Final" and not "Newer" and "Equal"),
       count(*) filter (where "Final" and "Newer"),
       count(*) filter (where not "Final")
from met
