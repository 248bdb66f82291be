-- One forecast a date: the new one takes the place of the old one.
with gone as (delete from customer_ltv_forecast where as_of = %(as_of)s),
     old as (delete from customer_ltv_fit where as_of = %(as_of)s)
select 1
