-- Redis did not accept the messages: the steps are due again in a second.
update sluice.step
set published_until = clock_timestamp() + interval '1 second', publications = greatest(publications - 1, 0)
where id = any(%(steps)s) and state = 'due'
