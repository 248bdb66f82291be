-- Record the stamp of a file when an input read it.
update sluice.input set stamp = %(stamp)s where id = %(input)s
