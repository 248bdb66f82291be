-- Tables whose statistics still show a value.
select distinct schemaname || '.' || tablename from pg_stats
where ((schemaname = %(schema)s and tablename = any(%(tables)s)) or schemaname = 'sluice')
  and (most_common_vals::text ~ %(pattern)s or histogram_bounds::text ~ %(pattern)s
       or (schemaname = %(schema)s and %(value)s = any(most_common_vals::text::text[] || histogram_bounds::text::text[])
           and length(%(value)s) >= 6))
