-- What extract, transform and load need to know of parts and their inputs.
select p.id as part, p.number, p.start_byte as start, p.length, p.first_line, p.end_line, p.planned, p.sha256,
       p.overlong, p.well_quoted, i.id as input, i.run_id as run, i.pipeline, i.source, i.uri,
       i.sha256 as input_sha256, i.size_bytes as size, i.contract, i.dialect, i.replaces, i.staged, i.position, i.landed,
       i.parts_total as parts, r.options->>'max_rejects' as max_rejects,
       coalesce((r.options->>'reload')::boolean, false) as reload, i.revision,
       coalesce((r.options->>'alone')::boolean, false) as alone, r.options ? 'replay' as replay,
       coalesce((select max(id) from sluice.forgotten), 0) as forgotten,
       (r.created_at at time zone 'UTC')::date as registered
from sluice.part p join sluice.input i on i.id = p.input_id join sluice.run r on r.id = i.run_id
where p.id = any(%(parts)s)
