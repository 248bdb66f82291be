-- Columns that `sluice migrate` has renamed: a process with an older declaration must not add the old name again.

create table sluice.renamed (
    schema      text not null,
    table_name  text not null,
    column_name text not null,  -- the old name
    became      text not null,
    at          timestamptz not null default clock_timestamp(),
    primary key (schema, table_name, column_name)
);
