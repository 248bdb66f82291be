-- Orders that new rows have made an orphan of, or have given a home: those that are listed, or now would be.
select p.order_id
from (select * from {payments} f where f._input_id = any(%(inputs)s) order by f.order_id offset 0) p
left join {orders} o on o.order_id = p.order_id
where o.order_id is null or p.customer_id <> o.customer_id
union
select o.order_id from {orders} o left join {customers} c on c.customer_id = o.customer_id
where o._input_id = any(%(inputs)s) and c.customer_id is null
union
select o.order_id from {orders} o join {payments} p on p.order_id = o.order_id
where o._input_id = any(%(inputs)s) and p.customer_id <> o.customer_id
union
select s.order_id from {self} s
