-- An input ends without loading (or with dead parts): its run has one input less to wait for.
with ended as (
    update sluice.input
    set state = %(state)s, sha256 = coalesce(%(sha256)s, sha256), size_bytes = coalesce(%(size)s, size_bytes),
        same_as = coalesce(%(same_as)s, same_as), error_code = %(code)s, error = %(error)s,
        note = coalesce(%(note)s, note), finished_at = clock_timestamp()
    where id = %(input)s and state not in ('done', 'already_loaded', 'failed')
    returning run_id)
update sluice.run r set inputs_left = inputs_left - 1
from ended e where r.id = e.run_id
returning r.id, r.inputs_left
