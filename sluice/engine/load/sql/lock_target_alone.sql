-- Nobody reads or writes the table until this transaction ends.
lock table {target} in access exclusive mode
