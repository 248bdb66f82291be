-- Rows that a run loaded after a newer snapshot that does not have them. They are kept, so that the snapshot can be undone.
with gone as (
    delete from {target} t using sluice.input i
    where i.id = t._input_id and i.run_id = %(run)s and i.source = %(source)s
      and not exists (select from sluice.replaced c
                      cross join lateral unnest(c.rows) u ("Text") cross join lateral (select (u."Text"::{stage}).*) w
                      where c.run_id = %(run)s and c.input_id = i.id and {key_w_t})
    returning {text_t} as "Was"
), kept as (
    insert into sluice.replaced (run_id, input_id, kept_run, kept_input, rows, number)
    select 0, 0, %(newest)s, (%(members)s::bigint[])[1], array_agg("Was"), count(*)
    from (select "Was", row_number() over () as "Number" from gone) n group by "Number" / 1000
)
select count(*) from gone
