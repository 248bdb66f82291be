-- The column by whose values a build counted rows: the next one goes on from its counts if it counts by the same.
alter table sluice.build add column counted_by text;

-- Indexes other than that of the key, which a bulk load makes again, too: as pg_get_indexdef gives them.
alter table sluice.bulk add column others text[] not null default '{}';
