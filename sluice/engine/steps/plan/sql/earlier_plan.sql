-- An earlier open run with the same file, where it is planned first, so that of two runs of the same files the earlier
-- one loads them all, in the order of its list.
select min(i.run_id) from sluice.input i join sluice.run r on r.id = i.run_id and r.state = 'running'
where i.pipeline = %(pipeline)s and i.uri = %(uri)s and i.state = 'registered' and i.run_id < %(run)s
