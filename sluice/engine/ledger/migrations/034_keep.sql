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
