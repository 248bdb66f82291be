-- Whether statistics of preprocessed tables were computed with rows of that run.
select exists (select from sluice.statistic where pipeline = %(pipeline)s and run_id >= %(run)s)
