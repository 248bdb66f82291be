-- Steps with expired leases, and those whose worker on this host is gone: due again; after too many times, dead. A step
-- without a holder waits for its next message (steps/sql/reset_passed_on.sql).
update sluice.step
set vanished = vanished + 1, lease_until = null, holder = null, published_until = null, light = false,
    error = 'The worker that had this step vanished.',
    state = case when vanished + 1 >= %(limit)s then 'dead' else 'due' end,
    due_at = clock_timestamp()
where id in (
    select id from sluice.step
    where state = 'working' and ((%(leases)s and holder is not null and lease_until < clock_timestamp()) or holder = any(%(gone)s))
    for update skip locked)
returning id as step, run_id as run, input_id as input, part_id as part, kind, fence, state
