-- How many inputs have a forgotten value in their name, by which the ledger knows them.
select count(*) from sluice.input where pipeline = any(%(pipelines)s) and uri ~ %(pattern)s
