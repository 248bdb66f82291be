-- The table of pgloader's load: text, as it is in the files.
create schema bench_pgloader;
create table bench_pgloader.calls_wide (
    call_id text, caller text, callee text, status text, customer_id text, call_cost text, call_destination text,
    call_date text, call_duration text
);
