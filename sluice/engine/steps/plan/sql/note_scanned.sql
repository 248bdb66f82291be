-- How many bytes plan has read of an input, for those who wait.
update sluice.input set scanned = %(scanned)s where id = %(input)s and state = 'registered'
