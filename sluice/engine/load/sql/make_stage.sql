-- Temporary tables of this connection, emptied on commit: rows on their way, and rows that lost their key.
create temp table if not exists {stage} on commit delete rows as select {columns} from {target} with no data;
create temp table if not exists {lost} on commit delete rows as select {columns} from {target} with no data
