-- One row per customer who has called: how much that cost, and what of the credit of the account is left.
select %(as_of)s::date as as_of, c.customer_id, a.plan, c.calls, c.cost_usd,
       a.credit_usd - c.cost_usd as left_usd, c.destinations, c.last_call
from (
    select customer_id, count(*) as calls, coalesce(sum(call_cost_usd), 0) as cost_usd,
           count(distinct call_destination) as destinations, max(call_date) as last_call
    from {calls} k
    group by customer_id) c
left join {accounts} a on a.customer_id = c.customer_id
