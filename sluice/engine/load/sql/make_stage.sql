-- Temporary tables of this connection, emptied on commit: staged rows, and rows whose key has another row.
create temp table if not exists {stage} on commit delete rows as select {columns} from {target} with no data;
create temp table if not exists {lost} on commit delete rows as select {columns} from {target} with no data
