-- The same for rows of a declaration whose columns the table does not have any more: they cannot be read, so those go whose
-- text has the value in any column.
with found as materialized (
    select c.tableoid as "Partition", c.ctid as "Place", array_agg(u."Text" order by u."Number")
               filter (where position(current_setting('sluice.forget') in u."Text") = 0) as rows,
           count(*) filter (where position(current_setting('sluice.forget') in u."Text") > 0) as hits
    from sluice.replaced c cross join lateral unnest(c.rows) with ordinality u ("Text", "Number")
    where c.kept_input = any(%(inputs)s) or c.input_id = any(%(inputs)s)
    group by c.tableoid, c.ctid having bool_or(position(current_setting('sluice.forget') in u."Text") > 0)
), emptied as (
    delete from sluice.replaced c using found f where c.tableoid = f."Partition" and c.ctid = f."Place" and f.rows is null returning f.hits
), thinned as (
    update sluice.replaced c set rows = f.rows, number = cardinality(f.rows) from found f where c.tableoid = f."Partition" and c.ctid = f."Place" and f.rows is not null
    returning f.hits
)
select coalesce(sum(hits), 0)::bigint from (select hits from emptied union all select hits from thinned) gone
