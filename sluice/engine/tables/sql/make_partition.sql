-- A table with the columns of a partitioned one; it gets the indexes when it is attached.
create table {partition} (like {table} including defaults including constraints including generated including storage)
