-- A statistic of the rows of a value alone.
delete from sluice.statistic s where s.pipeline = any(%(pipelines)s) and s.of_group::text ~ %(pattern)s
