-- Rows that runs replaced, in partitions by the day on which they were written, 40 in turn: when all rows of a day may go,
-- their partition is emptied at once, without a scan of the rows and without work for vacuum. The partitions are made here,
-- because workers may create no tables.
alter table sluice.replaced rename to replaced_40;
alter index sluice.replaced_run rename to replaced_40_run;
alter index sluice.replaced_input rename to replaced_40_input;
alter index sluice.replaced_kept rename to replaced_40_kept;
alter table sluice.replaced_40
    add column number integer,                   -- how many rows it has; null: written by an earlier version
    add column slot   smallint not null default 40;  -- existing rows stay where they are, and go in time
create table sluice.replaced (
    run_id     bigint not null,
    input_id   bigint not null,
    rows       text[] not null,
    kept_run   bigint,
    kept_input bigint,
    number     integer,
    slot       smallint not null default (extract(epoch from transaction_timestamp())::bigint / 86400 % 40)::smallint
) partition by list (slot);
alter table sluice.replaced alter column rows set storage external;
create index replaced_run on sluice.replaced (run_id);
create index replaced_input on sluice.replaced (input_id);
create index replaced_kept on sluice.replaced (kept_run, kept_input) where kept_run is not null;
alter table sluice.replaced attach partition sluice.replaced_40 for values in (40);
do $$
declare
    given record;
begin
    for day in 0 .. 39 loop
        execute format('create table sluice.replaced_%s partition of sluice.replaced for values in (%s)', day, day);
    end loop;
    for given in
        select a.privilege_type as right_, coalesce(r.rolname, 'public') as role
        from pg_class c cross join lateral aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
        where c.oid = 'sluice.replaced_40'::regclass and a.grantee <> c.relowner
          and a.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
    loop
        execute format('grant %s on sluice.replaced to %s', given.right_,
                       case given.role when 'public' then 'public' else quote_ident(given.role) end);
    end loop;
end $$;

-- Until when rows that a run replaced are kept for an undo: infinity while they are needed by an open run, or by one that
-- has not settled and can be cancelled; -infinity where no run can bring them back.
create function sluice.kept_until(run bigint) returns timestamptz stable language sql as $$
    select case when run is null then 'infinity'
                when r.id is null then '-infinity'
                when r.state = 'running' then 'infinity'
                when r.undo_until is not null then r.undo_until
                when exists (select from sluice.input i where i.run_id = r.id
                             and (i.state in ('registered', 'attached', 'loading', 'loaded')
                                  or (i.state = 'failed' and i.settled is null
                                      and i.loaded + i.updated + i.unchanged > 0))) then 'infinity'
                else '-infinity' end::timestamptz
    from (select) one left join sluice.run r on r.id = run
$$;

-- Empty the partition of a day if all its rows may go. Returns how many rows of tables they had; null: not emptied, because
-- one of them is still kept, or because somebody works with the partition. Workers have no right to truncate: it asks
-- again under the lock, so whoever calls it can lose nothing.
create function sluice.drop_kept(day integer) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '100ms' as $$
declare
    dropped bigint;
begin
    execute format('lock table sluice.replaced_%s in access exclusive mode', day);
    execute format('select coalesce(sum(rows), 0) from (select kept_run, sum(coalesce(number, cardinality(rows))) as rows'
                   ' from sluice.replaced_%s group by kept_run) kept'
                   ' having coalesce(bool_and(sluice.kept_until(kept_run) < clock_timestamp()), true)', day) into dropped;
    if dropped is not null then
        execute format('truncate sluice.replaced_%s', day);
    end if;
    return dropped;
exception when lock_not_available then
    return null;
end $$;
