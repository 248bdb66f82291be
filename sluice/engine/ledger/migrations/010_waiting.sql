-- Which workers there are, which queue messages were put on, and whose steps crashed: so that nothing waits in silence.

create table sluice.worker (
    name      text primary key,    -- host and main process, as in step.holder
    processes integer not null check (processes > 0),
    seen_at   timestamptz not null default clock_timestamp()
);

create table sluice.queue (
    one        boolean primary key default true check (one),
    marker     text not null,      -- what Redis holds beside the queues: another one, and what was queued is gone
    noticed_at timestamptz not null default clock_timestamp()
);

create index step_crashed on sluice.step (input_id) where (crashes > 0 or vanished > 1) and state <> 'done';
create index step_holder on sluice.step (holder) where state = 'working';
