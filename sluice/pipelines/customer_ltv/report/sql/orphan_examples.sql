-- A few orphans of each kind, the first ones by id, each with the file and line it came from.
select o.kind, o.id, o.order_id, o.customer_id, o.amount, o.on_date, i.uri, o._line as line
from (select distinct kind from customer_ltv_orphan where as_of = %(as_of)s) k
cross join lateral (
    select * from customer_ltv_orphan
    where as_of = %(as_of)s and kind = k.kind
    order by id
    limit %(limit)s) o
left join sluice.input i on i.id = o._input_id
order by o.kind, o.id
