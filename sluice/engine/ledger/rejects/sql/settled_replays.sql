-- Replays of a run's rejects that were settled, and whose rows are still open.
select distinct d.by_run from sluice.input i join sluice.replayed d on d.input_id = i.id
where i.run_id = %(run)s and d.state = 'open'
  and exists (select from sluice.step s where s.run_id = d.by_run and s.kind = 'settle' and s.state = 'done')
