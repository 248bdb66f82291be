-- Rows of ended inputs that the newest snapshot does not have; not if the snapshot has no row at all. They are kept, so
-- that the snapshot can be undone.
with gone as (
    delete from {target} t
    where not t._input_id = any(%(members)s)
      and exists (select from {target} where _input_id = any(%(members)s))
      and t._input_id in (select i.id from sluice.input i join sluice.run r on r.id = i.run_id
                          where r.state <> 'running' or i.state = 'done')
    returning {text_t} as "Was"
), kept as (
    insert into sluice.replaced (run_id, input_id, kept_run, kept_input, rows, number)
    select 0, 0, %(newest)s, (%(members)s::bigint[])[1], array_agg("Was"), count(*)
    from (select "Was", row_number() over () as "Number" from gone) n group by "Number" / 1000
)
select count(*) from gone
