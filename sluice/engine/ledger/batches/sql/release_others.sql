-- Steps that this process claimed before wait for the next task of their chain, as in claim.sql.
update sluice.step
set holder = null, lease_until = case when kind = any(%(passed_on)s)
                                     then clock_timestamp() + %(queue_s)s * interval '1 second' else lease_until end
where id in (select id from sluice.step
             where state = 'working' and holder = %(holder)s and id <> all(%(steps)s) for update skip locked)
