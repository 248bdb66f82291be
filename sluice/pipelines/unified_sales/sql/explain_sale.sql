-- The sale, as it was loaded.
select s.transaction_id, s.product_id, s.quantity, s.price, s.transaction_date, s._input_id, s._line
from {sales} s where %(key_source)s = 'sales' and s.transaction_id = %(key_transaction_id)s::bigint
