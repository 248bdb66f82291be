-- Tables whose statistics still show a value.
with wanted as (select * from unnest(%(schemas)s::text[], %(tables)s::text[]) w (schema, name))
select distinct s.schemaname || '.' || s.tablename from pg_stats s
left join wanted w on w.schema = s.schemaname and w.name = s.tablename
where (w.name is not null or s.schemaname = 'sluice')
  and (s.most_common_vals::text ~ %(pattern)s or s.histogram_bounds::text ~ %(pattern)s
       or (w.name is not null
           and %(value)s = any(s.most_common_vals::text::text[] || s.histogram_bounds::text::text[])
           and length(%(value)s) >= 6))
