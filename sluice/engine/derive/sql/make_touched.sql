-- The grains that rows of the new inputs may have changed.
create temp table {touched} (grain) on commit drop as select distinct * from ({select}) touched where touched is not null
