-- Which of the tables that the report reads are there, so that a missing one can be named with what makes it.
select to_regclass('customer_ltv') is not null as customer_ltv,
       to_regclass('customer_ltv_orphan') is not null as customer_ltv_orphan,
       to_regclass('customers') is not null as customers,
       to_regclass('customer_ltv_forecast') is not null as customer_ltv_forecast
