-- A declaration was seen, so many seconds ago. One that is known keeps its place, unless it came back: somebody registers
-- a run under it, or a file says so again. The newest one is left alone, so that runs that are registered at once wait for
-- nobody.
insert into sluice.revision as r (pipeline, source, revision, shape, noted_at)
values (%(pipeline)s, %(source)s, %(revision)s, %(shape)s, clock_timestamp() - %(ago_s)s * interval '1 second')
on conflict (pipeline, source, revision) do update set noted_at = greatest(r.noted_at, excluded.noted_at)
where %(again)s and exists (
    select from sluice.revision n
    where n.pipeline = r.pipeline and n.source = r.source and n.revision <> r.revision and n.noted_at >= r.noted_at)
