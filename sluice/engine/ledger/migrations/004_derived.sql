-- Pipelines with several sources, snapshots, and what was built from loaded tables.

alter table sluice.input
    add column settled    bigint,                         -- in which order inputs became final; null until then
    add column superseded boolean not null default false; -- a newer snapshot came: its rows are gone or taken over
-- the order among those that were done before does not matter: nothing was built from them
update sluice.input i set settled = 0
where i.state = 'done' or (i.state = 'failed' and i.loaded + i.updated + i.unchanged > 0
                           and exists (select from sluice.run r where r.id = i.run_id and r.state <> 'running'));
create index input_settled on sluice.input (pipeline, settled) where settled is not null;

alter table sluice.run add column gone bigint not null default 0;  -- rows that its snapshots no longer have

create unique index step_build on sluice.step (run_id) where kind = 'build';

create table sluice.build (
    id         bigint generated always as identity primary key,
    run_id     bigint not null references sluice.run on delete cascade,
    pipeline   text not null,
    derived    text not null,
    as_of      date,
    definition text not null,
    mode       text not null check (mode in ('full', 'touched', 'unchanged')),
    rows       bigint not null,
    touched    bigint not null,   -- grains that were computed again
    added      bigint not null,
    changed    bigint not null,
    removed    bigint not null,
    value      text,              -- the column that is summed, if one is declared
    sum_before numeric,           -- null where there was nothing before
    sum_after  numeric,
    moves      jsonb not null,    -- the largest changes: key, before, after
    counts     jsonb not null,    -- rows by the declared column
    upto       bigint not null,   -- inputs that were final by then are in it
    seconds    double precision not null,
    built_at   timestamptz not null default clock_timestamp()
);
create index build_of on sluice.build (pipeline, derived, as_of, id);
create index build_run on sluice.build (run_id);
