-- Empty the table for the next chunk of the same transaction.
truncate {stage}
