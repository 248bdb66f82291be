-- Relevant inputs with the same content, for each input and its content: those loading now, and the newest that was loaded or
-- failed. For a failed one: whether it killed its workers, and why nothing of it could be loaded. The latter holds for this
-- version of the code, and if no row was refused because of rows in the table then. One that loads in a later run does not
-- count if one of the two runs replaces rows: it waits for the end of this run.
select c.input, i.id, i.run_id,
       case when i.error_code = 'over_limit' then 'over_limit'
            when i.state = 'done' and i.read > 0 and i.rejected = i.read then 'failed' else i.state end as state,
       i.contract, i.position,
       exists (select from sluice.step s where s.input_id = i.id and s.state = 'dead'
               and s.code_version = %(code_version)s and s.crashes >= %(max_crashes)s) as poison,
       case when i.error_code = 'nothing_loaded'
                 and exists (select from sluice.step s where s.input_id = i.id and s.kind = 'plan'
                             and s.code_version = %(code_version)s)
                 and not exists (select from sluice.reject r where r.input_id = i.id and r.code = 'key_conflict')
            then i.error end as unloadable,
       coalesce(i.raw = 'sha256:' || i.sha256, false) as as_it_is
from unnest(%(inputs)s::bigint[], %(shas)s::text[]) c (input, sha256)
cross join lateral (
    -- `offset 0` and || '': one look-up by its hash for each content, whatever the planner knows of the table
    select * from sluice.input
    where sha256 = c.sha256 and pipeline || '' = %(pipeline)s and source || '' = %(source)s and id <> c.input offset 0) i
where i.state in ('loading', 'loaded', 'done', 'failed')
  -- nothing of it was loaded, and earlier loads are still valid; but what is over the limit of a run stays so for its copies
  and (i.error_code is distinct from 'over_limit' or i.run_id = %(run)s)
  and not (i.error_code = 'nothing_loaded' and i.parts_total is null) -- not read: it failed by another one of these
  and not (i.state = 'loading' and i.run_id > %(run)s and exists (
      select from sluice.input n join sluice.run r on r.id = n.run_id
      where n.run_id in (i.run_id, %(run)s) and n.source = i.source
        and (n.replaces <> '{}' or (r.options->>'reload')::boolean)))
  and not i.superseded -- an older snapshot: what it had is to be loaded again
  and not (%(newest)s and exists ( -- the source gave another answer since, which this one has to replace
      select from sluice.input n
      where n.pipeline = i.pipeline and n.source = i.source and n.id > i.id and n.id <> c.input
        and n.uri not like 'replay:%%'
        and n.sha256 <> i.sha256 and (n.state in ('loading', 'loaded', 'done') or (n.state <> 'undone' and n.loaded + n.updated > 0))))
order by c.input, i.error_code is not distinct from 'over_limit' desc, i.state in ('loading', 'loaded') desc, i.id desc
