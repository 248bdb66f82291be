-- Inputs of a run of which nothing could be loaded.
select id, source from sluice.input
where run_id = %(run)s and state = 'failed' and error_code = 'nothing_loaded'
order by id
