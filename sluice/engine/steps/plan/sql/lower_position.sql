-- The same content occurs earlier in the list of inputs: its rows get that position, whichever was planned first.
update sluice.input set position = least(position, %(position)s) where id = %(input)s
