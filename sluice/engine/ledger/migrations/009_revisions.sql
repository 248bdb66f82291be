-- Which declaration an input was registered under, to the last option; and when each was first seen, or came back.

alter table sluice.input
    add column revision   text,  -- null: from before this; then its contract is what is known
    add column redeclared text;  -- why it is not the one that the run was registered under

create table sluice.revision (
    pipeline text not null,
    source   text not null,        -- '' is what the pipeline derives
    revision text not null,
    shape    jsonb not null,       -- what settling and taking back must know: table, key, columns, update, snapshot
    noted_at timestamptz not null default clock_timestamp(),
    primary key (pipeline, source, revision)
);
