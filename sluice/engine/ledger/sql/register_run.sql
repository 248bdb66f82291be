-- A run, before anything is published.
insert into sluice.run (pipeline, contract, options, inputs_total, inputs_left)
values (%(pipeline)s, %(contract)s, %(options)s, %(inputs)s, %(inputs)s)
returning id
