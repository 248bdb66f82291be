-- How many statistics of preprocessed tables were computed for a date.
select count(*) from sluice.statistic
where pipeline = %(pipeline)s and derived = any(%(derived)s) and as_of = %(as_of)s
