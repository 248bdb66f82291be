-- A declaration was seen. One that is known keeps its place, unless it came back: somebody registers a run under it, or
-- a file says so again. The newest one is left alone, so that runs that are registered at once wait for nobody.
insert into sluice.revision as r (pipeline, source, revision, shape)
values (%(pipeline)s, %(source)s, %(revision)s, %(shape)s)
on conflict (pipeline, source, revision) do update set noted_at = clock_timestamp()
where %(again)s and exists (
    select from sluice.revision n
    where n.pipeline = r.pipeline and n.source = r.source and n.revision <> r.revision and n.noted_at >= r.noted_at)
