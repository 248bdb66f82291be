-- How many inputs a run has, and whether this process still registers it.
select inputs_total, registrar = %(registrar)s and registering_until is not null from sluice.run where id = %(run)s
