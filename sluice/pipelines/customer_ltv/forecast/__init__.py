"""What customers will bring: orders by BG/NBD, their values by Gamma-Gamma, fitted to the history behind customer_ltv.

On numpy and scipy alone: `lifetimes` has had no release since 2020, `pymc-marketing` drags a probabilistic stack in.
`run.forecast` is the way in; `bg_nbd` and `gamma_gamma` are the models, and know nothing of a database.
"""
