-- Nobody writes the table until this transaction ends, and no other process makes its index.
lock table {target} in share row exclusive mode
