-- Count settled rows by their outcome instead of as contested: in parts first, then inputs, then runs.
update {table} p
set loaded = p.loaded + v.loaded, updated = p.updated + v.updated, unchanged = p.unchanged + v.unchanged,
    duplicate = p.duplicate + v.duplicate, rejected = p.rejected + v.rejected,
    contested = p.contested + v.contested
from (select {id} as id, sum(loaded) loaded, sum(updated) updated, sum(unchanged) unchanged,
             sum(duplicate) duplicate, sum(rejected) rejected, sum(contested) contested
      from pg_temp.sluice_verdict group by {id}) v
where p.id = v.id
