-- Files that exports have written of these tables, and of rejects of these pipelines; of a file that was overwritten the newest.
with newest as (
    select distinct on (host, uri) * from sluice.export where uri <> '-' and sha256 is not null order by host, uri, id desc
), of_them as (
    select * from newest union all select * from sluice.export where uri = '-' or sha256 is null
)
select e.id, coalesce(case when e.kind = 'rejects' then 'rejects of run ' || e.run_id end, e.table_name) as what, e.uri, e.host,
       e.sha256, e.exported_at
from of_them e
left join unnest(%(schemas)s::text[], %(tables)s::text[]) w (schema, name) on w.schema = e.schema and w.name = e.table_name
where e.gone_at is null and (w.name is not null or (e.kind = 'rejects' and e.pipeline = any(%(pipelines)s)))
order by e.id
