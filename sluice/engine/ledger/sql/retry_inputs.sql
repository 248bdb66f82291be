-- Inputs that had failed by a dead step are open again.
update sluice.input i
set state = case when i.parts_total is null then 'registered' else 'loading' end,
    error = null, error_code = null, finished_at = null
where i.state = 'failed' and exists (select from sluice.step s where s.id = any(%(steps)s) and s.input_id = i.id)
