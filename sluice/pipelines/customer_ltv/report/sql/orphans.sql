-- What has no counterpart, by kind, with the money in it.
select kind, count(*) as records, sum(amount) as amount
from customer_ltv_orphan
where as_of = %(as_of)s
group by kind
order by kind
