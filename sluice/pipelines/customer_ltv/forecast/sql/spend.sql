-- Customers who look alike to Gamma-Gamma, counted: those who came back, and spent more than was refunded.
select frequency::float8, mean_value::float8, count(*)::float8
from sluice_forecast_history
where frequency > 0 and mean_value > 0
  and (%(one_in)s = 1 or ('x' || left(md5(customer_id::text), 7))::bit(28)::int %% %(one_in)s = 0)
group by frequency, mean_value order by 1, 2
