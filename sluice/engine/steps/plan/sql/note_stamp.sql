-- How the file was when an input read it.
update sluice.input set stamp = %(stamp)s where id = %(input)s
