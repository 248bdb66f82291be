-- An earlier run of the same source that is not settled: of two snapshots the newer one must be applied last. One that
-- only builds does not count: it may wait for this one. Of each open run one input is read.
select r.id from sluice.run r
cross join lateral (select from sluice.input i where i.run_id = r.id and i.source = %(source)s order by i.position limit 1) i
where r.state = 'running' and r.pipeline = %(pipeline)s and r.id < %(run)s
  and not exists (select from sluice.step b where b.run_id = r.id and b.kind = 'build')
order by r.id limit 1
