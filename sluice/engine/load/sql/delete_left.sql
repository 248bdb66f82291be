-- Rows of lists that records of this run have replaced: a list is replaced as a whole, also by a shorter or an empty one. They
-- are kept, so that the run can be undone. Where a list could not be loaded, the older one stays.
with records as materialized (
    select {parent_key}, p._line as "Line", c.id as "List"
    from {parent} p
    join sluice.input i on i.id = p._input_id and i.run_id = %(run)s
    join sluice.input c on c.of_input = i.id and c.source = %(source)s and c.state = 'loaded'
), gone as (
    delete from {target} t using records p
    where {same_key} and not (t._input_id = p."List" and t._line / %(places)s = p."Line")
    returning p."List" as "By", {text} as "Was"
), kept as (
    insert into sluice.replaced (run_id, input_id, kept_run, kept_input, rows, number)
    select 0, 0, %(run)s, "By", array_agg("Was"), count(*)
    from (select "By", "Was", row_number() over (partition by "By") as "Number" from gone) n group by "By", "Number" / 1000
)
select count(*) from gone
