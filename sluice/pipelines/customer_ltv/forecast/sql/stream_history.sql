-- One customer after the other, in key order: that is how the forecast is written.
select customer_id, frequency, recency_days, observed_days, mean_value::float8
from sluice_forecast_history order by customer_id
