-- Record the queues that steps are published to from now on.
insert into sluice.queue (marker) values (%(marker)s)
on conflict (one) do update set marker = excluded.marker, noticed_at = clock_timestamp()
