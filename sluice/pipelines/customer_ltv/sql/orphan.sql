-- What belongs to nobody: counted and listed, so that money which no customer's value has is not lost from sight.
select %(as_of)s::date as as_of,
       case when o.order_id is null then 'payment_without_order' else 'payment_of_another_customer' end as kind,
       p.payment_id as id, p.order_id, p.customer_id, p.amount, p.payment_date as on_date, p._input_id, p._line
from {payments} p
left join {orders} o on o.order_id = p.order_id
where p.payment_date <= %(as_of)s and (o.order_id is null or p.customer_id <> o.customer_id)
  and {changed(p.order_id)}
union all
select %(as_of)s::date, 'order_without_customer', o.order_id, o.order_id, o.customer_id, o.price, o.order_date, o._input_id, o._line
from {orders} o
left join {customers} c on c.customer_id = o.customer_id
where o.order_date <= %(as_of)s and c.customer_id is null
  and {changed(o.order_id)}
