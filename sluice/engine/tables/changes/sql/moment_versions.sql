-- All versions of a table's rows: each is valid until the moment of the next one.
create or replace view {view} as
select {columns}, {by} as {valid_from}, lead({by}) over (partition by {key} order by {by}) as {valid_to}, {lineage}
from {table}
