-- Runs with nothing left to load and neither settle nor build step: the process that should have added it was killed.
select r.id from sluice.run r
where r.state = 'running' and r.inputs_left = 0
  and not exists (select from sluice.step s where s.run_id = r.id and s.kind = 'settle' and s.state <> 'done')
  and not exists (select from sluice.step s where s.run_id = r.id and s.kind = 'build' and s.state <> 'done')
