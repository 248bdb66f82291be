-- Indexes of what is open, so that no statement that workers repeat reads what is done: a ledger keeps millions of steps.
-- Each is small, and creating it reads its table once: about two seconds for a million steps, while loads wait.

create index step_due on sluice.step (run_id, id) where state = 'due' and error is null;
create index step_waiting on sluice.step (run_id, due_at) where state = 'due' and error is not null;
create index step_soon on sluice.step (due_at) where state = 'due';
create index step_published on sluice.step (id) where state = 'due' and published_until is not null;
create index step_dead on sluice.step (run_id) where state = 'dead';
drop index sluice.step_open;  -- it had due steps and those that are worked on, which step_holder has

create index input_of_source on sluice.input (pipeline, source, run_id, id);
create index input_not_final on sluice.input (pipeline, run_id, id)
    where state in ('loading', 'loaded') or (state = 'failed' and settled is null);
create index input_replaces on sluice.input (run_id, id) where replaces <> '{}';
drop index sluice.input_to_clear;

-- How many rows the inputs had that are in a build or were final before it: what is new is compared with it.
alter table sluice.build add column read_upto bigint;  -- null: from before this, or not known
create index build_read on sluice.build (pipeline, id) where read_upto is not null;

-- Work that one worker does for all of them, and when it was done last.
create table sluice.duty (
    name    text primary key,
    done_at timestamptz not null default clock_timestamp()
);
