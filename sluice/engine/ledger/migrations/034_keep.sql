-- What is kept for how long, and what left the database.

alter table sluice.input add column expired bigint not null default 0;  -- rows of it that were too old and were deleted

-- Rows of a table that were deleted because they were older than it keeps them: one row for each day.
create table sluice.expiry (
    id          bigint generated always as identity primary key,
    schema      text not null,
    table_name  text not null,
    column_name text not null,        -- the date of a row; empty: when it was loaded
    first_day   date not null,        -- the first day whose rows are kept
    pipeline    text not null,
    rows        bigint not null default 0,
    batches     bigint not null default 0,
    waits_for   bigint,               -- the open run that it waited for when it was last tried
    began_at    timestamptz not null default clock_timestamp(),
    ended_at    timestamptz,          -- null: it goes on
    unique (schema, table_name, column_name, first_day)
);

-- Files that exports have written: noted before a file is there, and completed after it is.
create table sluice.export (
    id          bigint generated always as identity primary key,
    kind        text not null,           -- table, or rejects
    pipeline    text,                    -- of rejects
    run_id      bigint,                  -- of rejects
    schema      text,                    -- of a table
    table_name  text,
    uri         text not null,           -- the whole path, an address in a store, or - for standard output
    host        text not null,           -- where the command ran
    format      text not null,
    columns     text[] not null,
    personal    text[] not null,         -- those of the columns that are marked as personal data
    filter      jsonb not null default '{}',
    rows        bigint,                  -- null, as are bytes and sha256: the command has not ended
    bytes       bigint,
    sha256      text,
    exported_at timestamptz not null default clock_timestamp(),
    gone_at     timestamptz              -- the file was deleted, or was not there any more
);
create index on sluice.export (schema, table_name) where gone_at is null;

-- Rejects that nobody is going to load: they stay counted, and are not replayed.
create table sluice.dismissal (
    id           bigint generated always as identity primary key,
    run_id       bigint not null,
    rows         bigint not null,
    why          text not null,
    who          text not null,
    dismissed_at timestamptz not null default clock_timestamp(),
    undone_at    timestamptz  -- they are open again
);
create index on sluice.dismissal (run_id);
alter table sluice.reject add column dismissed bigint;  -- by which dismissal
