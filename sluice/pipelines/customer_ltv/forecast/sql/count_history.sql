-- How many customers there are to forecast, and how many of them have come back.
select count(*), count(*) filter (where frequency > 0) from sluice_forecast_history
