-- Rows of ended inputs that the newest snapshot does not have are marked, not deleted; none if the snapshot has no row at
-- all. They are kept as they were, so that the snapshot can be undone.
with gone as (
    update {target} t set {removed} = %(moment)s from {target} o
    where o.ctid = t.ctid and o._input_id = t._input_id and o._line = t._line and o.{removed} is null
      and not o._input_id = any(%(members)s)
      and exists (select from {target} where _input_id = any(%(members)s))
      and o._input_id in (select i.id from sluice.input i join sluice.run r on r.id = i.run_id
                          where r.state <> 'running' or i.state = 'done')
    returning {text_o} as "Was"
), kept as (
    insert into sluice.replaced (run_id, input_id, kept_run, kept_input, rows, number)
    select 0, 0, %(newest)s, (%(members)s::bigint[])[1], array_agg("Was"), count(*)
    from (select "Was", row_number() over () as "Number" from gone) n group by "Number" / 1000
)
select count(*) from gone
