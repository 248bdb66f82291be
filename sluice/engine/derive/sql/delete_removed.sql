-- Removed rows, by their ctid: no other transaction writes to the table meanwhile.
delete from {table} where ctid = any(array(select "Place" from {diff} where "Removed"))
