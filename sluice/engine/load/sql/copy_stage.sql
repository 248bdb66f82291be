-- Into a temporary table first, if some of these keys exist already.
copy {stage} ({columns}) from stdin (format binary)
