-- The newest version of each row, by its moment.
create or replace view {view} as
select distinct on ({key}) {columns}, {by} as {valid_from}, {lineage} from {table} order by {key}, {by} desc
