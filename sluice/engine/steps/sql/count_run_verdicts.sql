-- Settled rows, counted into their runs.
update sluice.run p
set loaded = p.loaded + v.loaded, updated = p.updated + v.updated, unchanged = p.unchanged + v.unchanged,
    duplicate = p.duplicate + v.duplicate, rejected = p.rejected + v.rejected,
    contested = p.contested + v.contested
from (select run_id, sum(loaded) loaded, sum(updated) updated, sum(unchanged) unchanged,
             sum(duplicate) duplicate, sum(rejected) rejected, sum(contested) contested
      from pg_temp.sluice_verdict group by run_id) v
where p.id = v.run_id
