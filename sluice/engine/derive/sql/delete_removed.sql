-- Rows that are no more, by their place: nobody else writes to the table meanwhile.
delete from {table} where ctid = any(array(select "Place" from {diff} where "Removed"))
