-- Whether anything was ever brought from which tables could be built.
select exists (select from sluice.input where pipeline = %(pipeline)s and state <> 'failed')
