-- The run's loaded inputs are done. They, and rows of inputs that failed half way, are final: builds know by `settled`
-- which are new. An input that was loaded before counts if, as a snapshot, it deleted rows, and one of which nothing
-- could be loaded if it replaced rows of the same content.
update sluice.input i
set state = case state when 'loaded' then 'done' else state end, finished_at = clock_timestamp(),
    settled = (select coalesce(max(settled), 0) + 1 from sluice.input where pipeline = %(pipeline)s)
where run_id = %(run)s
  and (state = 'loaded' or (state = 'failed' and loaded + updated + unchanged > 0)
       or (error_code = 'nothing_loaded' and replaces <> '{}')
       or (state = 'already_loaded' and (select gone > 0 from sluice.run where id = %(run)s)))
returning id
