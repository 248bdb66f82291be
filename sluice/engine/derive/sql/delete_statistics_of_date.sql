-- Delete the statistics that were computed from the rows of a date that is withdrawn: the next build computes its own.
with gone as (
    delete from sluice.statistic
    where pipeline = %(pipeline)s and derived = any(%(derived)s) and as_of = %(as_of)s returning 1)
select count(*) from gone
