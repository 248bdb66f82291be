"""PostgreSQL: connections, what is in force in a transaction, statements by name."""
