"""Gamma-Gamma: what a customer's orders are worth on average (Fader and Hardie 2013).

The Gamma-Gamma Model of Monetary Value, http://www.brucehardie.com/notes/025/gamma_gamma.pdf. The values of a
customer's orders are Gamma(p, nu), with a nu of their own: Gamma(q, v). How much a customer spends must have nothing
to do with how often: that is the model's assumption. v is in the unit of the values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sluice.errors import DataError

from .library import scipy
from .maximum import Maximum, Parameter, Vector, maximise

PARAMETERS = (
    Parameter("p", 1e-3, 1e4, above="all orders of a customer are worth the same"),
    Parameter("q", 1e-3, 1e4, above="all customers spend the same"),
    Parameter("v", 1e-6, 1e8, above="all customers spend the same"),
)
# p, q, v (in mean values): alike and different orders, alike and different customers
STARTS = np.array([[2.0, 3.0, 1.0], [10.0, 2.0, 0.1], [0.5, 20.0, 40.0], [5.0, 5.0, 1.0]])


@dataclass(frozen=True)
class Spend:
    """Customers who came back, grouped: arrays of one length; `customers` share each x repeat orders and mean m > 0."""

    x: Vector
    m: Vector
    customers: Vector


@dataclass(frozen=True)
class GammaGamma:
    """The three parameters; v in the unit of the values."""

    p: float
    q: float
    v: float

    def log_likelihood(self, seen: Spend) -> float:
        """Of all customers together (equation 1a of the note)."""
        return _Likelihood(seen)(np.array([self.p, self.q, self.v]))[0] * float(seen.customers.sum())

    def expected_value(self, x: Vector, m: Vector) -> Vector:
        """Mean value of a customer's orders to come, p (v + x m) / (p x + q - 1) (equation 5 of the note).

        A mean below 0 counts as 0: refunds that are worth more than the orders are not expected to go on.
        """
        return self.p * (self.v + x * np.maximum(m, 0)) / (self.p * x + self.q - 1)


def fit(seen: Spend) -> tuple[GammaGamma, Maximum]:
    """The parameters of highest likelihood. Raises DataError (`no_convergence`, `heavy_tail`)."""
    scale = float(np.average(seen.m, weights=seen.customers))  # the same starts and limits for cents and millions
    scaled = Spend(seen.x, seen.m / scale, seen.customers)
    found = maximise("Gamma-Gamma", _Likelihood(scaled), PARAMETERS, STARTS)
    p, q, v = map(float, found.values)
    if q <= 1:
        raise DataError(
            "heavy_tail",
            f"A few customers spend so much more than the rest (q = {q:.3g}, not above 1) that their spend has no "
            f"mean to forecast with. Look for orders with a wrong amount.",
        )
    return GammaGamma(p, q, v * scale), found


class _Likelihood:
    """Mean log-likelihood of a customer, and its slope along p, q and v.

    The gamma functions, which take most of the time, depend on x alone: they are taken once for each.
    """

    def __init__(self, seen: Spend) -> None:
        self._seen = seen
        self._share = seen.customers / seen.customers.sum()
        self._log_sum = np.log(seen.x * seen.m)
        self._log_mean = float(np.log(seen.m) @ self._share)
        self._x, which = np.unique(seen.x, return_inverse=True)
        self._x_share = np.bincount(which, weights=self._share)

    def __call__(self, values: Vector) -> tuple[float, Vector]:
        p, q, v = values
        height, slopes = self._of_counts(p, q)
        x, share = self._seen.x, self._share
        total = x * self._seen.m + v
        log_all = np.log(total)
        height += q * np.log(v) - self._log_mean + float((p * x * self._log_sum - (p * x + q) * log_all) @ share)
        d_p = (x * (self._log_sum - log_all)) @ share
        d_q = np.log(v) - log_all @ share
        d_v = q / v - ((p * x + q) / total) @ share
        return float(height), np.array([slopes[0] + d_p, slopes[1] + d_q, d_v])

    def _of_counts(self, p: float, q: float) -> tuple[float, Vector]:
        """Of how many orders there are, whatever their value: log-likelihood, and its slope along p and q."""
        x, special = self._x, scipy("special")
        gammaln, psi = special.gammaln, special.psi
        height = gammaln(p * x + q) - gammaln(p * x) - gammaln(q)
        d_p, d_q = x * (psi(p * x + q) - psi(p * x)), psi(p * x + q) - psi(q)
        return float(height @ self._x_share), np.array([d_p @ self._x_share, d_q @ self._x_share])
