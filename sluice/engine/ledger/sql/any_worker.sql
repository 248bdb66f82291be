-- Whether a worker takes messages now: one has a recent record, or a step has a valid lease.
select exists (select from sluice.worker where seen_at > clock_timestamp() - %(fresh_s)s * interval '1 second')
    or exists (select from sluice.step where state = 'working' and holder is not null and lease_until > clock_timestamp())
