"""Declarations of tables: loaded, derived, preprocessed."""
