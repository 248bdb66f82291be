-- Rows of lists go out of those that are kept for an undo where their record is in its table no more; how many.
with kept as materialized (
    select c.tableoid as "Partition", c.ctid as "Place", u."Text", u."Number",
           not exists (select from {parent} p where {same_key}) as "Hit"
    from sluice.replaced c
    cross join lateral unnest(c.rows) with ordinality u ("Text", "Number")
    cross join lateral (select (u."Text"::{stage}).* offset 0) t
    where c.kept_input = any(%(inputs)s) or c.input_id = any(%(inputs)s)
), found as (
    select "Partition", "Place", array_agg("Text" order by "Number") filter (where not "Hit") as rows,
           count(*) filter (where "Hit") as hits
    from kept group by "Partition", "Place" having bool_or("Hit")
), emptied as (
    delete from sluice.replaced c using found f
    where c.tableoid = f."Partition" and c.ctid = f."Place" and f.rows is null returning f.hits
), thinned as (
    update sluice.replaced c set rows = f.rows, number = cardinality(f.rows) from found f
    where c.tableoid = f."Partition" and c.ctid = f."Place" and f.rows is not null returning f.hits
)
select coalesce(sum(hits), 0)::bigint from (select hits from emptied union all select hits from thinned) gone
