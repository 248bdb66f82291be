-- Temporary table of the places of rows whose hash more than one row of the target has. Emptied on commit.
create temp table if not exists {repeated} (place tid not null) on commit delete rows
