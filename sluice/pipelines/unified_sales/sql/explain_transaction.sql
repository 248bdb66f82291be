-- The transaction, as it was loaded: its amount with all the digits that came.
select t.transaction_id, t.customer_id, t.product_id, t.quantity, t.transaction_date,
       trim_scale(t.total_amount) as total_amount, t._input_id, t._line
from {transactions} t where %(key_source)s = 'transactions' and t.transaction_id = %(key_transaction_id)s::bigint
