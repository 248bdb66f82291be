-- Inputs whose file was read under another declaration before: they replace rows (other_readings.sql).
select c.input
from unnest(%(inputs)s::bigint[], %(shas)s::text[], %(raws)s::text[]) c (input, sha256, raw)
where exists (
    select from sluice.input i
    where i.pipeline = %(pipeline)s and i.source = %(source)s and i.contract <> %(contract)s and i.run_id < %(run)s
      and (i.sha256 = c.sha256 or i.raw = c.raw)
      and (i.state = 'done' or (i.state = 'failed' and i.loaded + i.updated + i.unchanged > 0)))
