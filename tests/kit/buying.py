"""Customers made up after the models' own stories, whose parameters are known because they were drawn from them."""

from __future__ import annotations

import numpy as np

from sluice.pipelines.customer_ltv.forecast.bg_nbd import BetaGeometric, Purchases
from sluice.pipelines.customer_ltv.forecast.gamma_gamma import GammaGamma
from sluice.pipelines.customer_ltv.forecast.maximum import Vector


def order_times(law: BetaGeometric, observed: Vector, rng: np.random.Generator) -> list[Vector]:
    """The repeat orders of customers who are each observed so many weeks: a row a round, NaN where there is none."""
    rate = rng.gamma(law.r, 1 / law.alpha, len(observed))
    leaves = rng.beta(law.a, law.b, len(observed))
    now = np.zeros(len(observed))
    rounds = []
    while not np.isnan(now).all():
        now = now + rng.exponential(1, len(observed)) / rate
        now[now > observed] = np.nan
        rounds.append(now)
        now = np.where(rng.random(len(observed)) < leaves, np.nan, now)
    return rounds


def purchases(law: BetaGeometric, observed: Vector, rng: np.random.Generator) -> Purchases:
    """One group a customer, from the orders of `order_times`."""
    rounds = np.array(order_times(law, observed, rng))
    last = np.nanmax(np.vstack([rounds, np.zeros(len(observed))]), axis=0)
    x = (~np.isnan(rounds)).sum(axis=0).astype(float)
    return Purchases(x, last, observed, np.ones(len(observed)))


def mean_values(law: GammaGamma, x: Vector, rng: np.random.Generator) -> Vector:
    """The mean value of each customer's x orders: the mean of Gamma(p, nu) is Gamma(p x, nu x)."""
    nu = rng.gamma(law.q, 1 / law.v, len(x))
    return rng.gamma(law.p * x) / (nu * x)
