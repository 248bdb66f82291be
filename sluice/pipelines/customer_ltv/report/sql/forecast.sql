-- The forecast of the date in one row: how many customers it has, and what they are expected to bring.
select count(*) as customers, count(*) filter (where probability_alive >= 0.5) as likely_alive,
       round(avg(probability_alive)::numeric, 4) as mean_alive, round(sum(predicted_ltv)::numeric, 2) as predicted_ltv
from customer_ltv_forecast
where as_of = %(as_of)s
