-- Dead steps are due again, with their failures reset. Those of inputs whose declaration has changed since count as having
-- waited long enough for a worker with the former one: they go on under the current one at once.
update sluice.step s
set state = 'due', due_at = clock_timestamp(), published_until = null, crashes = 0, vanished = 0, error = null,
    code_version = null,
    missing_since = case when exists (
        select from sluice.input i join unnest(%(sources)s::text[], %(revisions)s::text[]) as now (source, revision)
            on now.source = i.source
        where i.id = s.input_id and i.revision <> now.revision)
        then clock_timestamp() - %(wait_s)s * interval '1 second' end
where run_id = %(run)s and state = 'dead'
returning id
