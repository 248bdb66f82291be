-- From now on steps are published to these queues.
insert into sluice.queue (marker) values (%(marker)s)
on conflict (one) do update set marker = excluded.marker, noticed_at = clock_timestamp()
