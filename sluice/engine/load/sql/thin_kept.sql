-- Rows with a value that is forgotten go out of those that are kept for an undo; how many. (`offset 0`: each text is read once.)
with kept as materialized (
    select c.tableoid as "Partition", c.ctid as "Place", u."Text", u."Number",
           coalesce((x.r).{column} = (select (jsonb_populate_record(null::{target}, jsonb_build_object(
               %(column)s::text, current_setting('sluice.forget')))).{column}), false) as "Hit"
    from sluice.replaced c
    cross join lateral unnest(c.rows) with ordinality u ("Text", "Number")
    cross join lateral (select u."Text"::{stage} as r offset 0) x
    where c.kept_input = any(%(inputs)s) or c.input_id = any(%(inputs)s)
), found as (
    select "Partition", "Place", array_agg("Text" order by "Number") filter (where not "Hit") as rows,
           count(*) filter (where "Hit") as hits
    from kept group by "Partition", "Place" having bool_or("Hit")
), emptied as (
    delete from sluice.replaced c using found f where c.tableoid = f."Partition" and c.ctid = f."Place" and f.rows is null returning f.hits
), thinned as (
    update sluice.replaced c set rows = f.rows, number = cardinality(f.rows) from found f where c.tableoid = f."Partition" and c.ctid = f."Place" and f.rows is not null
    returning f.hits
)
select coalesce(sum(hits), 0)::bigint from (select hits from emptied union all select hits from thinned) gone
