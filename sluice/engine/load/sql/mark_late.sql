-- Rows that a run loaded after a newer snapshot that does not have them are marked. They are kept as they were, so that the
-- snapshot can be undone.
with gone as (
    update {target} t set {removed} = %(moment)s from {target} o, sluice.input i
    where o.ctid = t.ctid and o._input_id = t._input_id and o._line = t._line and o.{removed} is null
      and i.id = o._input_id and i.run_id = %(run)s and i.source = %(source)s
    returning {text_o} as "Was"
), kept as (
    insert into sluice.replaced (run_id, input_id, kept_run, kept_input, rows, number)
    select 0, 0, %(newest)s, (%(members)s::bigint[])[1], array_agg("Was"), count(*)
    from (select "Was", row_number() over () as "Number" from gone) n group by "Number" / 1000
)
select count(*) from gone
