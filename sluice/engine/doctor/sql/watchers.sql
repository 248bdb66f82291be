-- Who has, or had, the lease of watching the folders of these pipelines.
select pipeline, watcher, until >= clock_timestamp() from sluice.watch where pipeline = any(%(pipelines)s) order by pipeline
