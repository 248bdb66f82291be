-- The state of a part, after the connection broke at COMMIT and the outcome is unknown.
select p.state from sluice.part p where p.id = %(part)s
