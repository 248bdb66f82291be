-- Dead steps are due again, with their failures reset.
update sluice.step
set state = 'due', due_at = clock_timestamp(), published_until = null, crashes = 0, vanished = 0, error = null,
    missing_since = null, code_version = null
where run_id = %(run)s and state = 'dead'
returning id
