-- The moment at which a run has closed versions of rows, or marked removed rows.
alter table sluice.run add column moment timestamptz;
create index run_moment on sluice.run (moment) where moment is not null;
