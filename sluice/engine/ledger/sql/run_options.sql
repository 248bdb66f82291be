-- What a run was asked for.
select options from sluice.run where id = %(run)s
