-- The headline: who there is, what they brought, what they are worth, and the quantiles of those worth something.
select count(*) as customers,
       count(*) filter (where total_orders > 0) as buyers,
       count(*) filter (where total_orders > 1) as repeaters,
       coalesce(sum(total_orders), 0)::bigint as orders,
       sum(total_amount) as revenue,
       sum(refunds) as refunds,
       sum(ltv) as ltv,
       round(avg(ltv), 2) as mean_ltv,
       round(avg(ltv) filter (where total_orders > 0), 2) as mean_ltv_of_buyers,
       round(percentile_cont(0.5) within group (order by ltv::float8)::numeric, 2) as median_ltv,
       round((percentile_cont(0.5) within group (order by ltv::float8) filter (where total_orders > 0))::numeric, 2)
           as median_ltv_of_buyers,
       count(*) filter (where ltv > 0) as above_zero,
       count(*) filter (where ltv = 0 and total_orders = 0) as zero_without_order,
       count(*) filter (where ltv = 0 and total_orders > 0) as zero_with_orders,
       count(*) filter (where ltv < 0) as below_zero,
       min(ltv) filter (where ltv > 0) as lowest,
       max(ltv) filter (where ltv > 0) as highest,
       percentile_cont(%(points)s::float8[]) within group (order by ltv::float8) filter (where ltv > 0) as quantiles,
       min(lifespan_years) as shortest_lifespan,
       max(lifespan_years) as longest_lifespan,
       max(built_at) at time zone 'UTC' as built_at
from customer_ltv
where as_of = %(as_of)s
