-- All versions of a table's rows: the newest ones, and those that runs have closed.
create or replace view {view} as
select {columns}, {valid_from}, null::timestamptz as {valid_to}, {lineage} from {table}
union all
select {columns}, {valid_from}, {valid_to}, {lineage} from {history}
