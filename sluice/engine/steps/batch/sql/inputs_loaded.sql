-- Inputs of new content that were planned and loaded at once: what start_batch.sql and whole_inputs_loaded.sql write in turn.
-- (Inside `case`: found by their ids alone.)
update sluice.input i
set state = 'loaded', sha256 = c.sha256, size_bytes = c.size, dialect = c.dialect::jsonb, landed = null, raw = c.raw,
    note = c.note, stamp = c.stamp,
    ordered = exists (
        select from sluice.input o
        where o.pipeline = i.pipeline and o.source = i.source and o.sha256 = c.sha256
          and o.state in ('loading', 'loaded') and o.run_id > i.run_id),
    replaces = '{}', cleared = false, parts_total = 1, parts_left = 0, planned = c.read, read = c.read, loaded = c.loaded,
    updated = 0, unchanged = 0, duplicate = 0, rejected = c.rejected, contested = 0, error = null, error_code = null,
    finished_at = clock_timestamp()
from unnest(%(inputs)s::bigint[], %(shas)s::text[], %(sizes)s::bigint[], %(dialects)s::text[], %(raws)s::text[],
            %(notes)s::text[], %(stamps)s::text[], %(read)s::bigint[], %(loaded)s::bigint[], %(rejected)s::bigint[])
     c (id, sha256, size, dialect, raw, note, stamp, read, loaded, rejected)
where i.id = c.id and case when i.state = 'registered' then true else false end
