-- What the forecast comes to.
select sum(expected_orders) as expected_orders, sum(predicted_ltv) as predicted_ltv,
       avg(probability_alive) as mean_probability_alive
from customer_ltv_forecast where as_of = %(as_of)s
