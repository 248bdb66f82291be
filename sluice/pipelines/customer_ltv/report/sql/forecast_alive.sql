-- Customers by how probable it is that they still buy, in steps of a tenth; certainty is in the last step.
select s.step, count(f.customer_id) as customers, coalesce(round(sum(f.predicted_ltv)::numeric, 2), 0) as predicted_ltv
from generate_series(1, 10) s (step)
left join customer_ltv_forecast f
       on f.as_of = %(as_of)s and least(width_bucket(f.probability_alive::float8, 0, 1, 10), 10) = s.step
group by s.step
order by s.step
