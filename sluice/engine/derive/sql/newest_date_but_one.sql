-- The newest date that was built, without the one that is withdrawn.
select max(as_of) from sluice.build
where pipeline = %(pipeline)s and derived = any(%(derived)s) and as_of <> %(as_of)s
