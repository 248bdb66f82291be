-- One row per customer: what their paid orders have brought by as_of, and what that says of the years they stay.
with spent as (
{spent}
), lifespan as (
    -- planned only where it is asked for: of those who ordered in the year before last, who did not come back
    select case when %(by_churn)s then (
        select case when count(*) = 0 then %(lifespan_years)s
                    else least(count(*)::numeric / nullif(count(*) filter (where not stayed), 0), %(max_lifespan_years)s) end
        from (select bool_or(o.order_date > %(as_of)s::date - 365) as stayed
              from {orders} o
              where o.order_date <= %(as_of)s and o.order_date > %(as_of)s::date - 730
                and exists (select from {payments} p where p.order_id = o.order_id and p.payment_date <= %(as_of)s
                            and (p.status is null or lower(p.status) = any(%(settled)s)))
              group by o.customer_id
              having bool_or(o.order_date <= %(as_of)s::date - 365)) customer
    ) else %(lifespan_years)s end as years
)
select %(as_of)s::date as as_of, s.customer_id,
       coalesce(s.orders, 0) as total_orders,
       coalesce(s.amount, 0) as total_amount,
       coalesce(round(s.amount / s.orders, 2), 0) as avg_order_value,
       coalesce(round(s.orders * 365.25 / d.days, 6), 0) as orders_per_year,
       l.years as lifespan_years,
       -- average x orders per year x lifespan, with one division and rounded once
       coalesce(round(s.amount * 365.25 * l.years / d.days, 2), 0) as ltv,
       s.first_order, s.last_order,
       coalesce(s.refunds, 0) as refunds
from spent s
cross join lifespan l
cross join lateral (select greatest(%(as_of)s::date - s.first_order, %(min_years)s * 365.25) as days) d
