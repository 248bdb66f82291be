-- Rows in which the two differ, and how many there are.
select count(*) filter (where row(b.customer_id, b.total_orders, b.total_amount, b.avg_order_value, b.orders_per_year,
                                  b.ltv, b.first_order, b.last_order, b.refunds)
                              is distinct from row(t.customer_id, t.total_orders, t.total_amount, t.avg_order_value,
                                  t.orders_per_year, t.ltv, t.first_order, t.last_order, t.refunds)), count(*)
from bare_customer_ltv b
full join (select * from customer_ltv where as_of = %(as_of)s) t on t.customer_id = b.customer_id
