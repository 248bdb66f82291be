-- A page of call logs by their key, oldest first.
select to_json(p.call_date at time zone 'UTC') #>> '{{}}' || '+00:00', p.customer_id, p.call_destination,
       (select row_to_json(r) from (select {fields}) r)::text
from customer_call_logs p
where (cast(%(after_call_date)s as timestamptz) is null
       or (p.call_date, p.customer_id, p.call_destination)
          > (cast(%(after_call_date)s as timestamptz), cast(%(after_customer_id)s as bigint), cast(%(after_call_destination)s as text)))
  and (cast(%(customer_id)s as bigint) is null or p.customer_id = cast(%(customer_id)s as bigint))
  and (cast(%(time_from)s as timestamptz) is null or p.call_date >= %(time_from)s)
  and (cast(%(time_to)s as timestamptz) is null or p.call_date < %(time_to)s)
order by p.call_date, p.customer_id, p.call_destination
limit %(limit)s
