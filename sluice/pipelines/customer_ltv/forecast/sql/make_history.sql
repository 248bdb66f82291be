-- What each customer of the build has bought: paid order days, from one pass over orders and payments.
create temporary table sluice_forecast_history on commit drop as
with paid as (
    select o.order_id, o.customer_id, o.order_date, sum(p.amount) as revenue
    from {orders} o
    join {payments} p on p.order_id = o.order_id
    where o.order_date <= %(as_of)s and p.payment_date <= %(as_of)s
      and (coalesce(p.status, '') = '' or lower(p.status) = any(%(paid)s))
    group by o.order_id, o.customer_id, o.order_date
), day as (
    select customer_id, order_date, sum(revenue) as revenue,
           min(order_date) over (partition by customer_id) as first_order
    from paid group by customer_id, order_date
)
select customer_id, count(*) - 1 as frequency, max(order_date) - first_order as recency_days,
       %(as_of)s::date - first_order as observed_days,
       avg(revenue) filter (where order_date > first_order) as mean_value
from day
where customer_id in (select customer_id from customer_ltv where as_of = %(as_of)s)
group by customer_id, first_order
