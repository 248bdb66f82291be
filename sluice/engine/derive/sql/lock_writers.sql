-- Wait for those who write to a table, and let none begin until the transaction ends. It can be read meanwhile.
lock table {table} in share row exclusive mode
