-- The queues were emptied: whatever was on its way is due now, as if it had never been published.
update sluice.step set published_until = null, publications = 0
where state = 'due' and published_until > clock_timestamp()
