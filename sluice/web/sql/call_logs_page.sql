-- A page of call logs by their key, oldest first.
select to_json(p.call_date at time zone 'UTC') #>> '{{}}' || '+00:00', p.customer_id, p.call_destination,
       (select row_to_json(r) from (select {fields}) r)::text
from customer_call_logs p
where (%(after_call_date)s::timestamptz is null
       or (p.call_date, p.customer_id, p.call_destination)
          > (%(after_call_date)s::timestamptz, %(after_customer_id)s::bigint, %(after_call_destination)s::text))
  and (%(customer_id)s::bigint is null or p.customer_id = %(customer_id)s)
  and (%(time_from)s::timestamptz is null or p.call_date >= %(time_from)s)
  and (%(time_to)s::timestamptz is null or p.call_date < %(time_to)s)
order by p.call_date, p.customer_id, p.call_destination
limit %(limit)s
