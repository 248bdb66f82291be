-- What the forecast comes to.
select sum(expected_orders), sum(predicted_ltv), avg(probability_alive) from customer_ltv_forecast where as_of = %(as_of)s
