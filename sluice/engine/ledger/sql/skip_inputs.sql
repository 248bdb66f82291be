-- Inputs whose content other inputs have loaded end without loading it: their run has so many less to wait for. With the
-- stamps that the files had, where they are to be noted.
with ended as (
    update sluice.input i
    set state = 'already_loaded', sha256 = c.sha256, size_bytes = c.size, same_as = c.same_as, error_code = null,
        error = null, stamp = coalesce(c.stamp, i.stamp), note = coalesce(%(note)s, note), finished_at = clock_timestamp()
    from unnest(%(inputs)s::bigint[], %(same_as)s::bigint[], %(shas)s::text[], %(sizes)s::bigint[],
                %(stamps)s::text[])
         c (id, same_as, sha256, size, stamp)
    where i.id = c.id and i.state not in ('done', 'already_loaded', 'failed')
    returning i.id
)
update sluice.run set inputs_left = inputs_left - (select count(*) from ended)
where id = %(run)s
returning inputs_left
