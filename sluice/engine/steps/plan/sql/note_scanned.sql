-- How many bytes plan has read of an input, for the status.
update sluice.input set scanned = %(scanned)s where id = %(input)s and state = 'registered'
