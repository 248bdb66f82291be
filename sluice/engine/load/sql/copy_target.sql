-- Directly into the target, sorted by its key: the fastest way, as long as none of the keys exists.
copy {target} ({copied}) from stdin (format binary)
