-- An earlier run of the same source that is not settled (or only one that reloads): of two runs that update a table the
-- earlier one is counted first. One that only builds does not count: it may wait for this one.
select min(i.run_id) from sluice.run r join sluice.input i on i.run_id = r.id
where r.state = 'running' and r.id < %(run)s and i.pipeline = %(pipeline)s and i.source = %(source)s
  and (not %(only_reloads)s or i.replaces <> '{}' or coalesce((r.options->>'reload')::boolean, false))
  and not exists (select from sluice.step b where b.run_id = r.id and b.kind = 'build' and b.state <> 'done')
  and exists (select from sluice.input mine where mine.run_id = %(run)s and mine.source = %(source)s)
