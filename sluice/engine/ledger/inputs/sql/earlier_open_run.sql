-- An earlier run of the same source that is not settled (or only one that reloads, or replays
-- rejects of a table that is updated): of two runs that update a table the
-- earlier one is counted first. One that only builds does not count: it may wait for this one. Of each open run one input
-- is read; one whose inputs are still registered may get some of the source.
select r.id from sluice.run r
cross join lateral (
    (select from sluice.input i
    where i.run_id = r.id and i.source = %(source)s
      and (not %(only_reloads)s or coalesce((r.options->>'reload')::boolean, (r.options->>'alone')::boolean, false))
    order by i.position limit 1)
    union all
    (select from sluice.input i
    where i.run_id = r.id and i.source = %(source)s and i.replaces <> '{}' and %(only_reloads)s order by i.id limit 1)
    union all
    (select where r.registering_until is not null and not %(only_reloads)s)) i
where r.state = 'running' and r.pipeline = %(pipeline)s and r.id < %(run)s
  and not exists (select from sluice.step b where b.run_id = r.id and b.kind = 'build' and b.state <> 'done')
  and exists (select from sluice.input mine where mine.run_id = %(run)s and mine.source = %(source)s)
order by r.id limit 1
