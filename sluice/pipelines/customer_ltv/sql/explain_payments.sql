-- The payments for these orders, and which of them count by as_of.
select p.payment_id, p.order_id, p.payment_date, p.amount, p.status,
       case when p.payment_date > %(as_of)s or o.order_date > %(as_of)s then 'after as_of'
            when p.status is not null and not lower(p.status) = any(%(settled)s) then 'not settled'
            when p.amount < 0 then 'refund' else 'counted' end as what,
       p._input_id, p._line
from {orders} o join {payments} p on p.order_id = o.order_id
where o.customer_id = %(key)s::bigint order by p.payment_date, p.payment_id
