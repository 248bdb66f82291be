-- Mark steps as published: a message that is not taken by then counts as lost. Each loss doubles the wait, so that a
-- slow queue does not fill up with copies.
update sluice.step
set publications = publications + 1,
    published_until = clock_timestamp() + %(publish_s)s * 2 ^ least(publications, 5) * interval '1 second'
where id = any(%(steps)s) and state = 'due'
