-- The newest version of each row.
create or replace view {view} as select {columns}, {valid_from}, {lineage} from {table}
