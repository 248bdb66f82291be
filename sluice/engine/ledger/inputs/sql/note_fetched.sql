-- What the next fetch of the source needs, once this input is done.
update sluice.input set noted = %(noted)s where id = %(input)s
