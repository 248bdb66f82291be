-- The queues that steps were published to, and whether that was recorded long enough ago to be recorded again.
select marker, noticed_at < clock_timestamp() - %(loss_s)s * interval '1 second' from sluice.queue
