-- Nobody writes to the table until this transaction ends; who reads it does not notice.
lock table {target} in share row exclusive mode
