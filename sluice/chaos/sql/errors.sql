-- Why runs or inputs of a load failed, the first ones.
select error from sluice.run where error is not null
union all
select error from sluice.input where error is not null
limit 3
