-- A run with its books, what it waits for, whether a worker is busy, and the open runs that it found with its content. Each
-- figure has its index: of the run's steps only dead ones and those that wait are read, a hundred at most of the latter.
select r.id as run, r.pipeline, r.state, r.planned, r.read, r.loaded, r.updated, r.unchanged, r.duplicate,
       r.rejected, r.contested,
       round(extract(epoch from coalesce(r.finished_at, clock_timestamp()) - r.created_at), 3)::float8 as seconds,
       r.inputs_total, r.inputs_left - (r.registering_until is not null)::int as inputs_left,
       parts.total as parts_total, parts.loaded as parts_loaded, parts.held as parts_held,
       dead.steps as dead_steps, waits.error as waiting, scanned.bytes as scanned,
       r.options->>'max_rejects' as max_rejects, r.options->>'as_of' as as_of,
       (r.options->>'replay')::bigint as replay, r.undone_by, r.options->'undo' as undoes,
       (r.options->>'withdrawn')::timestamptz as withdrawn_at, r.gone, r.error, r.purged_at,
       r.registrar, coalesce(r.registering_until < clock_timestamp(), true) as unregistered,
       r.state = 'running' and not workers.busy as unattended, others.continued, bulk.tables as keyless
from sluice.run r
cross join lateral (
    select coalesce(sum(p.total), 0)::bigint as total, coalesce(sum(p.loaded), 0)::bigint as loaded,
           coalesce(sum(p.held), 0)::bigint as held
    from sluice.input i cross join lateral (
        select count(*) as total, count(*) filter (where p.state = 'loaded') as loaded,
               count(*) filter (where p.refused is not null) as held
        from sluice.part p where p.input_id = i.id) p
    where i.run_id = r.id and i.parts_total is not null) parts
cross join lateral (
    select count(*) as steps from sluice.step s where s.run_id = r.id and s.state = 'dead') dead
cross join lateral (
    select max(s.error) as error from (
        select s.error from sluice.step s where s.run_id = r.id and s.state = 'due' and s.error is not null
        order by s.due_at limit 100) s) waits
cross join lateral (
    select coalesce(sum(i.scanned), 0)::bigint as bytes
    from sluice.input i where i.run_id = r.id and i.state = 'registered') scanned
cross join lateral (  -- with any run: they take turns
    select exists (select from sluice.step s where s.state = 'working' and s.holder is not null
                   and s.lease_until > clock_timestamp())
        or exists (select from sluice.step s where s.state = 'due' and s.published_until is not null
                   and s.published_until > clock_timestamp())
        or coalesce((select max(s.due_at) from sluice.step s where s.state = 'due') > clock_timestamp(), false) as busy) workers
cross join lateral (  -- an input that is loaded gets a new time when its run settles it
    select coalesce(array_agg(distinct o.run_id order by o.run_id), '{}') as continued
    from sluice.input i join sluice.input o on o.id = i.same_as
    where i.run_id = r.id and i.state in ('attached', 'already_loaded') and o.run_id < r.id
      and (o.state in ('loading', 'loaded') or o.finished_at > r.created_at)) others
cross join lateral (
    select coalesce(array_agg(case when b.schema = current_schema() then '' else b.schema || '.' end || b.table_name
                              order by b.table_name), '{}') as tables
    from sluice.bulk b where b.run_id = r.id and not b.keyed) bulk
where r.id = %(run)s
