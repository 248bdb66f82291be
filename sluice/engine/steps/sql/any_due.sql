-- Whether any step is due, or waits for the next message of its chain: only then are queues looked at.
select exists (select from sluice.step where state = 'due' or (state = 'working' and holder is null))
