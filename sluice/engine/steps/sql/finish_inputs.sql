-- The run's loaded inputs are done. These, and rows of one that failed half way, are final: builds know by their number
-- which of them are new. An input that was loaded before counts where, as a snapshot, it took rows away, and one of
-- which nothing could be loaded where rows of the same content were there before it.
update sluice.input i
set state = case state when 'loaded' then 'done' else state end, finished_at = clock_timestamp(),
    settled = (select coalesce(max(settled), 0) + 1 from sluice.input where pipeline = %(pipeline)s)
where run_id = %(run)s
  and (state = 'loaded' or (state = 'failed' and loaded + updated + unchanged > 0)
       or (error_code = 'nothing_loaded' and replaces <> '{}')
       or (state = 'already_loaded' and (select gone > 0 from sluice.run where id = %(run)s)))
returning id
