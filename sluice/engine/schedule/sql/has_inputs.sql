-- Whether any input was ever loaded from which tables can be built.
select exists (select from sluice.input where pipeline = %(pipeline)s and state <> 'failed')
