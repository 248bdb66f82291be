-- Inputs whose rows are not all there any more, so that whoever brings one of them again has it loaded: those of older
-- snapshots, those that this run has written over, and those of which another file of the run has written over some.
with own as (
    select id, duplicate from sluice.input
    where run_id = %(run)s and source = %(source)s and loaded + updated + unchanged > 0)
update sluice.input set superseded = true
where pipeline = %(pipeline)s and source = %(source)s and state in ('loaded', 'done') and not superseded
  and case when run_id = %(run)s then duplicate > 0 and (select count(*) from own) > 1
           else (run_id < %(newest)s and id <> all(%(members)s)) or exists (select from own) end
