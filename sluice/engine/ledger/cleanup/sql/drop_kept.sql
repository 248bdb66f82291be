-- Empty one partition of kept rows at once.
select sluice.drop_kept(%(slot)s)
