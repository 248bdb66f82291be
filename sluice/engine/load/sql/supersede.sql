-- Mark inputs whose rows are not all in the table any more, so that their content is loaded again if it comes again:
-- those of older snapshots, those that this run has overwritten, and those that another file of the run has overwritten.
with own as (
    select id, duplicate from sluice.input
    where run_id = %(run)s and source = %(source)s and loaded + updated + unchanged > 0)
update sluice.input set superseded = true, superseded_by = %(run)s
where pipeline = %(pipeline)s and source = %(source)s and state in ('loaded', 'done') and not superseded
  and case when run_id = %(run)s then duplicate > 0 and (select count(*) from own) > 1
           else (run_id < %(newest)s and id <> all(%(members)s)) or exists (select from own) end
