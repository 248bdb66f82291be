"""What the statements of the ledger cost when it has a long history."""
