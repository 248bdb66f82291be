-- The keys whose rows the new inputs may have changed.
create temp table {changed} (changed_key) on commit drop as select distinct * from ({select}) changed where changed is not null
