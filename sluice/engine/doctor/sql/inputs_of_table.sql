-- The newest inputs that were loaded into a table by these pipelines and sources.
select i.id from sluice.input i
join unnest(%(pipelines)s::text[], %(sources)s::text[]) w (pipeline, source)
  on w.pipeline = i.pipeline and w.source = i.source
where i.settled is not null and i.loaded > 0
order by i.id desc limit %(limit)s
