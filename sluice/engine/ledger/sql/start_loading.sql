-- The input is planned: from here on its parts can be loaded. By which version of the code it was read stays known.
with planned as (
    update sluice.step set code_version = %(code_version)s where input_id = %(input)s and kind = 'plan')
update sluice.input
set state = 'loading', sha256 = %(sha256)s, size_bytes = %(size)s, dialect = %(dialect)s,
    landed = %(landed)s, raw = %(raw)s, ordered = %(ordered)s, note = %(note)s,
    replaces = %(replaces)s, cleared = false, parts_total = %(parts)s, parts_left = %(parts)s, planned = %(planned)s,
    error = null, error_code = null
where id = %(input)s
