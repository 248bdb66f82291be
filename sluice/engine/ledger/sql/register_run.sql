-- A run, before anything is published. While its inputs are registered piece by piece, it waits for one more.
insert into sluice.run (pipeline, contract, options, inputs_total, inputs_left, registrar, registering_until)
values (%(pipeline)s, %(contract)s, %(options)s, %(inputs)s,
        %(inputs)s + case when %(registrar)s::text is null then 0 else 1 end, %(registrar)s,
        case when %(registrar)s::text is not null then clock_timestamp() + %(lease_s)s * interval '1 second' end)
returning id
