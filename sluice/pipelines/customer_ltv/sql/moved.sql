    -- what the new rows add to what each customer had: new payments, and older ones of new orders
    select s.customer_id, s.total_orders + a.orders as orders, s.total_amount + a.amount as amount,
           s.refunds + a.refunds as refunds, least(s.first_order, a.first_order) as first_order,
           greatest(s.last_order, a.last_order) as last_order
    from (
        select customer_id, count(distinct order_id) filter (where not was_paid) as orders, sum(amount) as amount,
               coalesce(sum(-amount) filter (where amount < 0), 0) as refunds,
               min(order_date) as first_order, max(order_date) as last_order
        from (select o.customer_id, o.order_id, o.order_date, p.amount,
                     not o._input_id = any(%(inputs)s) and exists (
                         select from {payments} b
                         where b.order_id = p.order_id and not b._input_id = any(%(inputs)s)
                           and b.payment_date <= %(as_of)s
                           and (b.status is null or lower(b.status) = any(%(settled)s))) as was_paid
              -- in order: what is looked up next lies beside what was looked up last
              from (select * from {payments} f where f._input_id = any(%(inputs)s) order by f.order_id offset 0) p
              join {orders} o on o.order_id = p.order_id
              where o.order_date <= %(as_of)s and p.payment_date <= %(as_of)s
                and (p.status is null or lower(p.status) = any(%(settled)s))
              union all
              select o.customer_id, o.order_id, o.order_date, p.amount, false
              from {orders} o
              join {payments} p on p.order_id = o.order_id
              where o._input_id = any(%(inputs)s) and not p._input_id = any(%(inputs)s)
                and o.order_date <= %(as_of)s and p.payment_date <= %(as_of)s
                and (p.status is null or lower(p.status) = any(%(settled)s))) paid
        group by customer_id) a
    cross join lateral (select * from {self} t where t.customer_id = a.customer_id offset 0) s  -- by its index
