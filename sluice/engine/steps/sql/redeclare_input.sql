-- An input goes on under another declaration, which its note says.
update sluice.input set revision = %(revision)s, contract = %(contract)s, redeclared = %(note)s, note = %(note)s
where id = %(input)s
