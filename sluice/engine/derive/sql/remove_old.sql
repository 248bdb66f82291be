-- Rows that are not what they were, by their place: nobody else writes to the table meanwhile.
delete from {table} where ctid = any(array(select place from {diff} where place is not null))
