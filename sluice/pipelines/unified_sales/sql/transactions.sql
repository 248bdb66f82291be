-- Run in the source database. By way of text, a floating-point amount comes with all its digits and without exponent.
select transaction_id, customer_id, product_id, quantity, transaction_date,
       total_amount::text::numeric as total_amount
from transactions order by transaction_id
