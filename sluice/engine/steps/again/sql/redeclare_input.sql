-- Change the declaration of an input, with a note.
update sluice.input set revision = %(revision)s, contract = %(contract)s, redeclared = %(note)s, note = %(note)s
where id = %(input)s
