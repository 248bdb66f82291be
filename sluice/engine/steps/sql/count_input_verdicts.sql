-- Settled rows, counted into their inputs.
update sluice.input p
set loaded = p.loaded + v.loaded, updated = p.updated + v.updated, unchanged = p.unchanged + v.unchanged,
    duplicate = p.duplicate + v.duplicate, rejected = p.rejected + v.rejected,
    contested = p.contested + v.contested
from (select input_id, sum(loaded) loaded, sum(updated) updated, sum(unchanged) unchanged,
             sum(duplicate) duplicate, sum(rejected) rejected, sum(contested) contested
      from pg_temp.sluice_verdict group by input_id) v
where p.id = v.input_id
