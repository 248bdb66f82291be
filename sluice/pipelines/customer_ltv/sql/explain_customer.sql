-- The customer.
select c.customer_id, c.first_name, c.last_name, c.email, c.country, c._input_id, c._line
from {customers} c where c.customer_id = %(key)s::bigint
