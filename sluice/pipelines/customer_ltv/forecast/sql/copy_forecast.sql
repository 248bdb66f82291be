-- A batch of forecasts.
copy customer_ltv_forecast (as_of, customer_id, frequency, recency, t, mean_value, expected_orders, probability_alive,
                            expected_value, predicted_ltv, fit_id)
from stdin with (format csv)
