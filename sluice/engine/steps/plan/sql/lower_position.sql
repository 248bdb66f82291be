-- The same content stands earlier in the list of inputs: its rows count from there, whoever was planned first.
update sluice.input set position = least(position, %(position)s) where id = %(input)s
