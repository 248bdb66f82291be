-- Before the snapshot is taken: a table that is emptied or rewritten after it would look empty in it.
lock table {tables} in access share mode
