-- Temporary table of hashes that more than one row of the target has. Emptied on commit.
create temp table if not exists {repeated} (hash bigint not null) on commit delete rows
