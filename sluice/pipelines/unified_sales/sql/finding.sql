-- What each run tells: whose product or customer is not loaded, and products that no sale can be valued by.
select 'product_unknown' as kind, 'sales' as source, s.transaction_id as id, s.product_id, null::bigint as customer_id,
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
union all
select 'product_price_low', 'products', g.product_id, g.product_id, null, g._input_id, g._line
from {products} g
where g.price < 0
union all
select 'product_price_missing', 'products', g.product_id, g.product_id, null, g._input_id, g._line
from {products} g
where g.price is null
union all
select 'stock_available_low', 'products', g.product_id, g.product_id, null, g._input_id, g._line
from {products} g
where g.stock_available < 0
