-- One batch of rows that were kept until the run was settled.
with replaced as (delete from sluice.replaced where run_id = %(run)s)
delete from sluice.contender where ctid = any(array(
    select ctid from sluice.contender where run_id = %(run)s limit %(batch)s))
