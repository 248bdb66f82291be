-- A step's statistics of the whole table, if they were computed for the same definition.
select name, of_group, value from sluice.statistic
where pipeline = %(pipeline)s and derived = %(derived)s and as_of is not distinct from %(as_of)s and step = %(step)s
  and definition = %(definition)s
