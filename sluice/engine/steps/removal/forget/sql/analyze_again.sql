-- Statistics without the rows that went. (Only the owner of a table may do this: for others it is a warning.)
analyze {table}
