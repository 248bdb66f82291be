-- Reopen inputs that failed by a dead step. Builds may have used their final rows: the next build must not count them
-- twice, so the input replaces itself. If another run loads the same content meanwhile, both load it.
update sluice.input i
set state = case when i.parts_total is null then 'registered' else 'loading' end,
    ordered = true, replaces = case when i.settled is null then i.replaces else i.replaces || i.id end,
    error = null, error_code = null, finished_at = null
where i.state = 'failed' and exists (select from sluice.step s where s.id = any(%(steps)s) and s.input_id = i.id)
