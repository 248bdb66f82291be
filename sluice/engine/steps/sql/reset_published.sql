-- The queues were emptied: published steps are due now, as if they had never been published.
update sluice.step set published_until = null, publications = 0
where state = 'due' and published_until is not null and published_until > clock_timestamp()
