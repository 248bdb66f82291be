-- Directly into the target, sorted by its key: the fastest way, as long as none of the keys exists.
copy {target} ({columns}) from stdin (format binary)
