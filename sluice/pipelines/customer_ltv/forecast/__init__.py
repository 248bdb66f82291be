"""Forecasts for customers: orders by BG/NBD, values by Gamma-Gamma, fitted to the history behind customer_ltv.

On numpy and scipy alone: `lifetimes` has had no release since 2020, `pymc-marketing` needs a large probabilistic stack.
`run.forecast` is the entry point; the models `bg_nbd` and `gamma_gamma` do not depend on a database.
"""
