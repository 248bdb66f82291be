-- Steps between two tasks of their chain whose next message is lost: with the queues, or because it is overdue and its queue
-- is empty, or because it was not taken for as long as a message can wait. They are due again, and no attempt is counted.
-- One that is just claimed is not lost.
update sluice.step
set state = 'due', lease_until = null, published_until = null, publications = 0, due_at = clock_timestamp()
where id in (
    select id from sluice.step
    where state = 'working' and holder is null
      and (%(lost)s or lease_until < clock_timestamp()
           or (kind = any(%(empty)s)
               and clock_timestamp() > lease_until - (%(queue_s)s - %(publish_s)s) * interval '1 second'))
    for update skip locked)
