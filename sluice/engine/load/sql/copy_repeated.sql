-- Hashes that more than one row has.
copy {repeated} (hash) from stdin
