"""Both models fitted to a history, or the reason why these data do not allow a forecast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sluice.errors import DataError

from . import bg_nbd, gamma_gamma
from .bg_nbd import BetaGeometric
from .gamma_gamma import GammaGamma, Spend
from .history import History
from .library import scipy

FEWEST_REPEAT = 100  # of so many r is known to a fifth, b to little more than its order of magnitude
MOST_CORRELATED = 0.3  # of frequency and mean value, by rank; Fader and Hardie went on with 0.11


@dataclass(frozen=True)
class Fit:
    """The models, their log-likelihoods, and what they were fitted to."""

    orders: BetaGeometric
    values: GammaGamma
    orders_log_likelihood: float
    values_log_likelihood: float
    correlation: float
    fitted_customers: int
    notes: tuple[str, ...]


def fit(history: History) -> Fit:
    """Fit both models.

    Raises DataError: `too_few_repeat`, `correlated_spend`, `no_convergence`, `heavy_tail`.
    """
    refuse_too_few(history.repeat_customers, "came back to order on another day")
    purchases, spend = history.purchases(), history.spend()
    refuse_too_few(int(spend.customers.sum()), "came back and spent more than was refunded")
    correlation = rank_correlation(spend)
    if abs(correlation) > MOST_CORRELATED:
        more = "more" if correlation > 0 else "less"
        raise DataError(
            "correlated_spend",
            f"Customers who order more often spend {more} an order: the correlation is {correlation:.2f}, and "
            f"Gamma-Gamma, which takes the two for independent, is used up to {MOST_CORRELATED}. Forecast from orders "
            f"of one kind of customers.",
        )
    orders, found_orders = bg_nbd.fit(purchases)
    values, found_values = gamma_gamma.fit(spend)
    return Fit(
        orders,
        values,
        orders.log_likelihood(purchases),
        values.log_likelihood(spend),
        correlation,
        int(purchases.customers.sum()),
        found_orders.notes + found_values.notes,
    )


def refuse_too_few(found: int, who: str) -> None:
    """Raises DataError (`too_few_repeat`) unless there are enough customers who did that."""
    if found < FEWEST_REPEAT:
        raise DataError(
            "too_few_repeat",
            f"{found} customers {who}; a forecast needs {FEWEST_REPEAT} at least. Load more orders, or forecast for a "
            f"later date.",
        )


def rank_correlation(spend: Spend) -> float:
    """Spearman's correlation of frequency and mean value, from -1 to 1: one big spender does not sway it."""
    of_each = spend.customers.astype(np.int64)
    ranks = [scipy("stats").rankdata(np.repeat(each, of_each)) for each in (spend.x, spend.m)]
    if min(np.ptp(each) for each in ranks) == 0:
        return 0.0  # all order as often, or spend the same
    return float(np.corrcoef(*ranks)[0, 1])
