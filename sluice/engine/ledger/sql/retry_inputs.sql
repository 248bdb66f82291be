-- Inputs that had failed by a dead step are open again. Rows of theirs that are final already have been built from: the
-- next build must not count them once more, so the input replaces what it was. Another run may be loading the same content by now: then both do.
update sluice.input i
set state = case when i.parts_total is null then 'registered' else 'loading' end,
    ordered = true, replaces = case when i.settled is null then i.replaces else i.replaces || i.id end,
    error = null, error_code = null, finished_at = null
where i.state = 'failed' and exists (select from sluice.step s where s.id = any(%(steps)s) and s.input_id = i.id)
