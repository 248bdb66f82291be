-- Forget the builds of a date that is withdrawn: the next one is not compared with them.
delete from sluice.build
where pipeline = %(pipeline)s and derived = any(%(derived)s) and as_of = %(as_of)s returning run_id
