-- The newest date that a table was built for; it may have no rows then.
select max(as_of) from sluice.build where pipeline = %(pipeline)s and derived = %(derived)s
