-- Rows of a replay that are not in the table any more: their rejects may be replayed again.
update sluice.replayed set state = 'refused' where by_input = any(%(inputs)s) and state <> 'refused'
