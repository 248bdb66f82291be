-- Made empty for the next chunk of the same transaction.
truncate {stage}
