-- Record a declaration with its age. A known one keeps its time, unless it came back: a run is registered under it, or a
-- file has it again. The newest one is not written to, so that concurrent registrations do not block each other,
-- unless it was recorded without the order of its columns, by an earlier version.
insert into sluice.revision as r (pipeline, source, revision, shape, noted_at)
values (%(pipeline)s, %(source)s, %(revision)s, %(shape)s, clock_timestamp() - %(ago_s)s * interval '1 second')
on conflict (pipeline, source, revision) do update
set noted_at = case when %(again)s then greatest(r.noted_at, excluded.noted_at) else r.noted_at end, shape = excluded.shape
where (%(again)s and exists (
    select from sluice.revision n
    where n.pipeline = r.pipeline and n.source = r.source and n.revision <> r.revision and n.noted_at >= r.noted_at))
   or (excluded.shape ? 'order' and not r.shape ? 'order')
