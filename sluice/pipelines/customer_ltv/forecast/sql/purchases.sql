-- Customers who look alike to BG/NBD, counted; of many customers a share that their ids decide by chance.
select frequency::float8, recency_days / 7.0::float8, observed_days / 7.0::float8, count(*)::float8
from sluice_forecast_history
where %(one_in)s = 1 or ('x' || left(md5(customer_id::text), 7))::bit(28)::int %% %(one_in)s = 0
group by frequency, recency_days, observed_days order by 1, 2, 3
