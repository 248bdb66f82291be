-- Nobody else makes partitions of the table until this transaction ends. Loads and readers do not notice.
lock table {table} in share update exclusive mode
