"""`python -m benchmarks.customer_ltv`: builds of customer_ltv, compared with bare SQL."""
