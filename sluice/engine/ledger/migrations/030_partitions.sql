-- A partitioned table has no file of its own: that a partition was emptied or dropped while a run loads is noticed by the
-- files of all of them. Null: the table has none.
alter table sluice.target add column partitions bigint;
