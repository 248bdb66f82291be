-- How many rows the books say were refused in the files that stand (rejects may have been purged, books stay), and
-- how many files could not be loaded at all.
select coalesce(sum(i.rejected) filter (where i.state = 'done' and not i.superseded
                                        and i.id <> all(%(replaced)s::bigint[])), 0)::bigint as rejected,
       count(*) filter (where i.state = 'failed' and not exists (
           select from sluice.input later where later.pipeline = i.pipeline and later.uri = i.uri
           and later.id > i.id and later.state in ('done', 'already_loaded'))) as failed_files
from sluice.input i
where i.pipeline = %(pipeline)s
