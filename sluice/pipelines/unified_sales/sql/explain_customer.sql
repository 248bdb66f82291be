-- The customer of the transaction; a sale names none.
select c.customer_id, c.customer_name, c.age, c.gender, c.location, c.date_joined, c._input_id, c._line
from {customers} c
where c.customer_id in (
    select t.customer_id from {transactions} t
    where %(key_source)s = 'transactions' and t.transaction_id = %(key_transaction_id)s::bigint)
