-- Say on an input that reads a file again that corrections of its rejects are replaced, too.
update sluice.input set note = concat_ws(' ', note, %(note)s::text) where id = %(input)s
