-- The product of the sale or transaction.
select g.product_id, g.product_name, g.category, g.price, g.stock_available, g._input_id, g._line
from {products} g
where g.product_id in (
    select s.product_id from {sales} s
    where %(key_source)s = 'sales' and s.transaction_id = %(key_transaction_id)s::bigint
    union all
    select t.product_id from {transactions} t
    where %(key_source)s = 'transactions' and t.transaction_id = %(key_transaction_id)s::bigint)
