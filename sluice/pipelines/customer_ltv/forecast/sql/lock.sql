-- One forecast at a time: two would replace each other's rows.
select pg_try_advisory_xact_lock(hashtextextended('customer_ltv_forecast', 7))
