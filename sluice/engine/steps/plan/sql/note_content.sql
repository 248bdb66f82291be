-- Record the content that was read, while the input waits for the others of its run.
update sluice.input set sha256 = %(sha256)s, size_bytes = %(size)s where id = %(input)s
