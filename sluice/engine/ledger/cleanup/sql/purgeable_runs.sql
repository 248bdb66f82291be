-- Runs that ended before a time and still have rows to purge; none that a table is without its index because of. A settle
-- step is deleted last: if it still exists, an earlier purge was interrupted.
select r.id from sluice.run r
where r.state <> 'running' and r.finished_at < %(before)s
  and (r.purged_at is null or exists (select from sluice.step s where s.run_id = r.id and s.kind = 'settle'))
  and not exists (select from sluice.bulk b where b.run_id = r.id and not b.keyed)
order by r.id
