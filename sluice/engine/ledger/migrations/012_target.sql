-- Which table a run loads a source into, and what it was in PostgreSQL then: a table that is dropped and made again
-- has another oid, and one that is emptied by TRUNCATE another file.

create table sluice.target (
    run_id     bigint not null references sluice.run on delete cascade,
    source     text not null,
    table_name text not null,
    schema     text not null,
    table_oid  oid not null,
    file_node  oid not null,
    primary key (run_id, source)
);
create index target_table on sluice.target (table_name, schema);

alter table sluice.run add column lost text;  -- what is missing in its tables at its end, in a sentence
