"""PostgreSQL: connections, the settings of a transaction, statements by name."""
