-- What an analyst would type into psql for the same values: no orphans, no books, nothing about what changed.
set work_mem = '128MB';
create table public.bare_customer_ltv as
with paid as (
    select order_id, sum(amount) as revenue, sum(-amount) filter (where amount < 0) as refunds
    from payments
    where payment_date <= :'as_of'
      and (status is null or lower(status) in ('settled', 'paid', 'completed', 'succeeded'))
    group by order_id
), spent as (
    select o.customer_id, count(*) as orders, sum(p.revenue) as amount, coalesce(sum(p.refunds), 0) as refunds,
           min(o.order_date) as first_order, max(o.order_date) as last_order
    from orders o
    join paid p on p.order_id = o.order_id
    where o.order_date <= :'as_of'
    group by o.customer_id
)
select date :'as_of' as as_of, c.customer_id, coalesce(s.orders, 0) as total_orders,
       coalesce(s.amount, 0)::numeric(14,2) as total_amount,
       coalesce(s.amount / s.orders, 0)::numeric(14,2) as avg_order_value,
       coalesce(s.orders * 365.25 / d.days, 0)::numeric(14,6) as orders_per_year,
       3::numeric(10,4) as lifespan_years,
       coalesce(s.amount * 365.25 * 3 / d.days, 0)::numeric(14,2) as ltv,
       s.first_order, s.last_order, coalesce(s.refunds, 0)::numeric(14,2) as refunds, now() as built_at
from customers c
left join spent s on s.customer_id = c.customer_id
cross join lateral (select greatest(date :'as_of' - s.first_order, 365.25) as days) d;
alter table public.bare_customer_ltv add primary key (as_of, customer_id);
