-- Customers by the month of their first order: the last months one by one (also those without any), older ones
-- together in a row without a month.
with cohort as (
    select case when first_order >= date_trunc('month', %(as_of)s::timestamp) - (%(months)s - 1) * interval '1 month'
                then date_trunc('month', first_order)::date end as month,
           count(*) as customers, count(*) filter (where total_orders > 1) as repeaters,
           sum(total_orders)::bigint as orders, sum(total_amount) as revenue, sum(ltv) as ltv
    from customer_ltv
    where as_of = %(as_of)s and first_order is not null
    group by 1
), shown as (
    select generate_series(min(month), date_trunc('month', %(as_of)s::timestamp), interval '1 month')::date as month
    from cohort where month is not null
    union all
    select null where exists (select from cohort where month is null)
)
select s.month, coalesce(c.customers, 0) as customers, coalesce(c.repeaters, 0) as repeaters,
       coalesce(c.orders, 0) as orders, coalesce(c.revenue, 0) as revenue, coalesce(c.ltv, 0) as ltv,
       round(c.ltv / c.customers, 2) as mean_ltv
from shown s left join cohort c on c.month is not distinct from s.month
order by s.month nulls first
