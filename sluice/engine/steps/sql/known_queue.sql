-- The queues that steps were published to, and whether that was noted long enough ago to be noted anew.
select marker, noticed_at < clock_timestamp() - %(loss_s)s * interval '1 second' from sluice.queue
