-- Which of these files a run has already, by their addresses.
select distinct source, uri from sluice.input
where uri = any(%(uris)s) and pipeline = %(pipeline)s and run_id = %(run)s
