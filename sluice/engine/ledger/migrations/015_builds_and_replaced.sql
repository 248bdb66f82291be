-- Replaced rows are kept for minutes: to compress them costs more than to write them.
alter table sluice.replaced alter column rows set storage external;

-- The names of builds are those of the declarations.
alter table sluice.build rename column touched to recomputed;
alter table sluice.build drop constraint if exists build_mode_check;
update sluice.build set mode = 'incremental' where mode = 'touched';
alter table sluice.build add constraint build_mode_check check (mode in ('full', 'incremental', 'unchanged'));
