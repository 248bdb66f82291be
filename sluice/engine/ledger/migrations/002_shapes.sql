-- Files that cannot be read in place, how far a plan has come, and loads that wait for all rejects to be known.

alter table sluice.input
    add column landed  text,                       -- the copy that parts are read from; null: the file itself
    add column scanned bigint not null default 0;  -- bytes that plan has read so far

alter table sluice.part add column refused bigint;  -- rejects that transform found, where loads wait for them

alter table sluice.step drop constraint step_state_check;
alter table sluice.step add constraint step_state_check check (state in ('due', 'working', 'held', 'done', 'dead'));
create index step_held on sluice.step (input_id) where state = 'held';
