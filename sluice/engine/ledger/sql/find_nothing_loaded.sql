-- Inputs of a run of which nothing could be loaded, and the refused ones that are to be read again.
select id, source from sluice.input
where run_id = %(run)s and state = 'failed' and (error_code = 'nothing_loaded' or id = any(%(refused)s::bigint[]))
order by id
