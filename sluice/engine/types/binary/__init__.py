"""Types whose values are bytes in PostgreSQL's own form: documents, identifiers, octets, addresses."""
