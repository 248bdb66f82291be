-- Who watches the folders of a pipeline: one process at a time, so that no file is registered by two.

create table sluice.watch (
    pipeline  text primary key,
    watcher   text not null,         -- the process, as owners of claims are named
    until     timestamptz not null   -- its lease
);
