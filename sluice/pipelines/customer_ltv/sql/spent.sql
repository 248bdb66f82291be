    -- an order with two payments is one order: counted by its id, so that no second pass over them is needed
    select c.customer_id, a.orders, a.amount, a.refunds, a.first_order, a.last_order
    from {customers} c
    left join (
        select o.customer_id, count(distinct o.order_id) as orders, sum(p.amount) as amount,
               coalesce(sum(-p.amount) filter (where p.amount < 0), 0) as refunds,
               min(o.order_date) as first_order, max(o.order_date) as last_order
        from {orders} o
        join {payments} p on p.order_id = o.order_id
        where o.order_date <= %(as_of)s and p.payment_date <= %(as_of)s
          and (p.status is null or lower(p.status) = any(%(settled)s))
        group by o.customer_id) a on a.customer_id = c.customer_id
