-- The column by whose values a build counted rows: the next one goes on from its counts if it counts by the same.
alter table sluice.build add column counted_by text;
