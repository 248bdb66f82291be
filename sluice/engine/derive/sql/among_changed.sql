-- Whether a key is one of those that may have changed.
in (select changed_key from {table})
