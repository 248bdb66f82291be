-- Inputs of new content are planned: from here on their parts can be loaded (plan/sql/start_loading.sql).
update sluice.input i
set state = 'loading', sha256 = c.sha256, size_bytes = c.size, dialect = c.dialect::jsonb, landed = null, raw = c.raw,
    note = c.note,
    ordered = exists (
        select from sluice.input o
        where o.pipeline = i.pipeline and o.source = i.source and o.sha256 = c.sha256
          and o.state in ('loading', 'loaded') and o.run_id > i.run_id),
    replaces = '{}', cleared = false, parts_total = c.parts, parts_left = c.parts, planned = c.planned, error = null,
    error_code = null
from unnest(%(inputs)s::bigint[], %(shas)s::text[], %(sizes)s::bigint[], %(dialects)s::text[], %(raws)s::text[],
            %(notes)s::text[], %(parts)s::int[], %(planned)s::bigint[])
     c (id, sha256, size, dialect, raw, note, parts, planned)
where i.id = c.id
