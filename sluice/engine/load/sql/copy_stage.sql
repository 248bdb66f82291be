-- Into a temporary table first, if some of these keys exist already.
copy {stage} ({copied}) from stdin (format binary)
