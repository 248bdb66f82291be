-- The customer's orders, and what each has brought by as_of.
select o.order_id, o.order_date, o.product, o.price, coalesce(p.paid, 0) as revenue,
       case when o.order_date > %(as_of)s then 'after as_of' when p.payments is null then 'not paid' else 'counted' end as what,
       o._input_id, o._line
from {orders} o
left join lateral (
    select count(*) as payments, sum(p.amount) as paid from {payments} p
    where p.order_id = o.order_id and p.payment_date <= %(as_of)s and (p.status is null or lower(p.status) = any(%(settled)s))
    having count(*) > 0) p on true
where o.customer_id = %(key)s::bigint order by o.order_date, o.order_id
