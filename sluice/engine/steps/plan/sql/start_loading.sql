-- The input is planned: from here on its parts can be loaded. The version of the code that read it is recorded.
-- `ordered` if a later run, which waits for this one to end, loads the same content too.
with planned as (
    update sluice.step set code_version = %(code_version)s where input_id = %(input)s and kind = 'plan')
update sluice.input i
set state = 'loading', sha256 = %(sha256)s, size_bytes = %(size)s, dialect = %(dialect)s,
    landed = %(landed)s, raw = %(raw)s, note = %(note)s,
    ordered = %(ordered)s or exists (
        select from sluice.input o
        where o.pipeline = i.pipeline and o.source = i.source and o.sha256 = %(sha256)s
          and o.state in ('loading', 'loaded') and o.run_id > i.run_id),
    replaces = %(replaces)s, cleared = false, parts_total = %(parts)s, parts_left = %(parts)s, planned = %(planned)s,
    error = null, error_code = null, children = %(children)s
where id = %(input)s
