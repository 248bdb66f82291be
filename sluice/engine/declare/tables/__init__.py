"""Words for tables: loaded, derived, preprocessed."""
