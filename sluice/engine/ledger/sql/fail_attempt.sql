-- Count a failure of the step itself (it raised, or it killed its process); at the limit it is dead. A light step may have
-- been in a batch with the step that is at fault: it is due again, alone, and nothing is counted yet.
update sluice.step
set crashes = crashes + (not light)::int, lease_until = null, holder = null, published_until = null,
    error = case when light then null else %(error)s end, light = false,
    state = case when not light and crashes + 1 >= %(limit)s then 'dead' else 'due' end,
    due_at = clock_timestamp() + case when light then 0 else 0.5 * 2 ^ crashes end * interval '1 second'
where id = %(step)s and state = 'working'
  and (fence = %(fence)s or (%(fence)s is null and holder = %(holder)s))
returning id as step, run_id as run, input_id as input, part_id as part, kind, fence, state
