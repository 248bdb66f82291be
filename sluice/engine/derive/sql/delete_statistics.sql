-- What a step knew is computed again.
delete from sluice.statistic
where pipeline = %(pipeline)s and derived = %(derived)s and as_of is not distinct from %(as_of)s and step = %(step)s
