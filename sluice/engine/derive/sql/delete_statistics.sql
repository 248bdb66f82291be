-- Delete a step's statistics: they are computed again.
delete from sluice.statistic
where pipeline = %(pipeline)s and derived = %(derived)s and as_of is not distinct from %(as_of)s and step = %(step)s
