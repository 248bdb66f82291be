-- Count a failure of the step itself (it raised, or it killed its process); at the limit it is dead.
update sluice.step
set crashes = crashes + 1, lease_until = null, holder = null, published_until = null, error = %(error)s,
    state = case when crashes + 1 >= %(limit)s then 'dead' else 'due' end,
    due_at = clock_timestamp() + (0.5 * 2 ^ crashes) * interval '1 second'
where id = %(step)s and state = 'working'
  and (fence = %(fence)s or (%(fence)s is null and holder = %(holder)s))
returning id as step, run_id as run, input_id as input, part_id as part, kind, fence, state
