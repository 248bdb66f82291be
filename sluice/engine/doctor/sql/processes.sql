-- How many processes the workers have that take messages now.
select coalesce(sum(processes), 0)::int from sluice.worker
where seen_at > clock_timestamp() - %(fresh_s)s * interval '1 second'
