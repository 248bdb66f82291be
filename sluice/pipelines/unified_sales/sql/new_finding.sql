-- What new sales and transactions tell: whose product or customer is not loaded.
select 'product_unknown' as kind, 'sales' as source, s.transaction_id as id, s.product_id, null::bigint as customer_id,
       s._input_id, s._line
from {sales} s
where s._input_id = any(%(inputs)s)
  and not exists (select from {products} g where g.product_id = s.product_id offset 0)
union all
select 'product_unknown', 'transactions', t.transaction_id, t.product_id, t.customer_id, t._input_id, t._line
from {transactions} t
where t._input_id = any(%(inputs)s)
  and not exists (select from {products} g where g.product_id = t.product_id offset 0)
union all
select 'customer_unknown', 'transactions', t.transaction_id, t.product_id, t.customer_id, t._input_id, t._line
from {transactions} t
where t._input_id = any(%(inputs)s)
  and not exists (select from {customers} c where c.customer_id = t.customer_id offset 0)
