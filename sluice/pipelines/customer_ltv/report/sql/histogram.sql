-- How many customers are in each bin of value: 0 is below the first edge, the last one from the last edge upwards.
select width_bucket(ltv, %(edges)s::numeric[]) as bin, count(*) as customers
from customer_ltv
where as_of = %(as_of)s and ltv > 0
group by bin
order by bin
