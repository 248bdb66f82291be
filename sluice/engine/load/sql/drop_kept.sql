-- Rows that are kept for an undo, of these inputs; how many.
with gone as (
    delete from sluice.replaced c where c.kept_input = any(%(inputs)s) or c.input_id = any(%(inputs)s)
    returning cardinality(c.rows) as hits
)
select coalesce(sum(hits), 0)::bigint from gone
