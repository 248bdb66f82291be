-- Who holds the value: customers by value in ten groups of equal size, the most valuable ones first.
select tenth, count(*) as customers, sum(ltv) as ltv, min(ltv) as lowest,
       sum(ltv) / sum(sum(ltv)) over () as share,
       sum(sum(ltv)) over (order by tenth) / sum(sum(ltv)) over () as so_far
from (
    select ltv, ntile(10) over (order by ltv desc) as tenth
    from customer_ltv
    where as_of = %(as_of)s and ltv > 0) ranked
group by tenth
order by tenth
