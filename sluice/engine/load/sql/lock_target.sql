-- No index of the table is dropped or made until this transaction ends.
lock table {target} in row exclusive mode
