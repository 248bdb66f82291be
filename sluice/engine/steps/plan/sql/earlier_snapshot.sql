-- An earlier run of the same source that is not settled: of two snapshots the newer one must be applied last. One that
-- only builds does not count: it may wait for this one.
select min(i.run_id) from sluice.input i join sluice.run r on r.id = i.run_id and r.state = 'running'
where i.pipeline = %(pipeline)s and i.source = %(source)s and i.run_id < %(run)s
  and not exists (select from sluice.step b where b.run_id = r.id and b.kind = 'build')
