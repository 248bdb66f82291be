-- Runs that can be undone. What a run replaced is kept for a time after it was settled, under no open run: its run_id and
-- input_id are 0 then, so that statements of versions before this one do not meet it.
alter table sluice.replaced
    add column kept_run   bigint,  -- the settled run that replaced or removed these rows
    add column kept_input bigint;
create index replaced_kept on sluice.replaced (kept_run, kept_input) where kept_run is not null;
alter table sluice.run
    add column undo_until timestamptz,  -- so long what it replaced is kept; null: it is not
    add column undone_by  bigint;       -- the run that has undone it, or inputs of it
alter table sluice.input
    add column undone_by     bigint,
    add column kept          boolean not null default false,  -- the rows that it replaced whole were kept
    add column superseded_by bigint;    -- the run that made it superseded
alter table sluice.input drop constraint input_state_check;
alter table sluice.input add constraint input_state_check check (state in (
    'registered', 'attached', 'loading', 'loaded', 'done', 'already_loaded', 'failed', 'undone')) not valid;
