-- An earlier run that brings the same source and has yet to settle: of two snapshots the newer one has the last word.
-- One that only builds is not waited for: it may wait for this one.
select min(i.run_id) from sluice.input i join sluice.run r on r.id = i.run_id and r.state = 'running'
where i.pipeline = %(pipeline)s and i.source = %(source)s and i.run_id < %(run)s
  and not exists (select from sluice.step b where b.run_id = r.id and b.kind = 'build')
