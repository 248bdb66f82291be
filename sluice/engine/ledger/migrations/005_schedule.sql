-- What became of each due time, so that none is lost: a tick is open until its run is registered. And which state of
-- a file an input has read, so that what lies in the inbox is told apart into known and new.

alter table sluice.tick
    add column day          date,                         -- the local day that it is for; null: from before this
    add column state        text not null default 'started' check (state in (
                                'waiting', 'missing_input', 'started', 'nothing', 'skipped')),
    add column run_id       bigint references sluice.run on delete set null,
    add column note         text,
    add column looked_until timestamptz,                  -- somebody is looking for its files until then
    add column changed_at   timestamptz not null default clock_timestamp();
create index tick_open on sluice.tick (schedule, due_time) where state in ('waiting', 'missing_input');
create index tick_run on sluice.tick (run_id) where run_id is not null;

alter table sluice.input add column stamp text;  -- of the file when it was planned; null: not read yet
create index input_uri on sluice.input (pipeline, source, uri);
