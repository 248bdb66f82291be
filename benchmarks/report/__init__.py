"""What a measurement becomes: the record, the table on the terminal, and figures with their targets."""
