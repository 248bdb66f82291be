-- Bulk loads: tables that a run fills from empty without the index of their key, until the run settles.

create table sluice.bulk (
    schema      text not null,
    table_name  text not null,
    run_id      bigint not null,
    key         text[] not null,
    index_sql   text not null,        -- as pg_get_indexdef gives it
    others      text[] not null,      -- the same of the other indexes, which are made again, too
    constraint_name text,             -- none for a unique index alone
    is_primary  boolean not null,
    keyed       boolean not null default false,  -- the index is there again, and not yet the constraint
    began       timestamptz not null default clock_timestamp(),
    primary key (schema, table_name)
);
