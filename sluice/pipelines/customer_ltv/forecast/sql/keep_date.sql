-- What the forecast starts from must not be withdrawn meanwhile: `sluice unbuild` waits for those who write to these.
lock table customer_ltv_fit, customer_ltv_forecast in row exclusive mode
