-- Straight into the target, sorted by its key: the fastest way there is, as long as no key is there already.
copy {target} ({columns}) from stdin (format binary)
