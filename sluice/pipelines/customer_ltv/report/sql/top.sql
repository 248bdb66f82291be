-- The most valuable customers; the name is missing where the newest snapshot no longer has the customer.
select t.customer_id, concat_ws(' ', c.first_name, c.last_name) as name,
       t.total_orders, t.total_amount, t.ltv, t.first_order, t.last_order
from (
    select * from customer_ltv
    where as_of = %(as_of)s and ltv > 0
    order by ltv desc, customer_id
    limit %(limit)s) t
left join customers c using (customer_id)
order by t.ltv desc, t.customer_id
