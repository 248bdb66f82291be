-- One customer's value as of a date that was built, the newest one unless told.
select (select row_to_json(r) from (select {fields}) r)::text
from customer_ltv p
where p.customer_id = cast(%(customer_id)s as bigint)
  and p.as_of = coalesce(cast(%(as_of)s as date), (select max(as_of) from customer_ltv))
