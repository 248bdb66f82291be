-- Who is expected to bring most.
select t.customer_id, concat_ws(' ', c.first_name, c.last_name) as name,
       round(t.probability_alive::numeric, 4) as probability_alive, round(t.predicted_ltv::numeric, 2) as predicted_ltv
from (
    select * from customer_ltv_forecast
    where as_of = %(as_of)s and predicted_ltv is not null
    order by predicted_ltv desc, customer_id
    limit %(limit)s) t
left join customers c using (customer_id)
order by t.predicted_ltv desc, t.customer_id
