-- Sales and transactions whose product or customer is not loaded: they are in the tables all the same, and told here.
select 'product_unknown' as kind, 'sales' as source, s.transaction_id, s.product_id, null::bigint as customer_id,
       s._input_id, s._line
from {sales} s
where not exists (select from {products} g where g.product_id = s.product_id)
union all
select 'product_unknown', 'transactions', t.transaction_id, t.product_id, t.customer_id, t._input_id, t._line
from {transactions} t
where not exists (select from {products} g where g.product_id = t.product_id)
union all
select 'customer_unknown', 'transactions', t.transaction_id, t.product_id, t.customer_id, t._input_id, t._line
from {transactions} t
where not exists (select from {customers} c where c.customer_id = t.customer_id)
