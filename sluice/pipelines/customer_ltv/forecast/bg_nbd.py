"""BG/NBD: how often customers order, and whether they have left (Fader, Hardie and Lee 2005).

"Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model, Marketing Science 24(2), 275-284.
Customers order at random, each at a rate of their own: Gamma(r, alpha). After each order some leave for good, each
with a probability of their own: Beta(a, b). A customer is known by x (repeat orders), t_x (time of the last one) and
T (time observed), both since the first order. Time is in weeks throughout, so alpha is in weeks.

Nobody leaves before a first repeat order in this model: a customer without one is alive with probability 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .library import scipy
from .maximum import Maximum, Parameter, Vector, maximise

PARAMETERS = (
    Parameter("r", 1e-3, 1e4, above="all customers order at the same rate"),
    Parameter("alpha", 1e-6, 1e8, above="all customers order at the same rate"),
    Parameter("a", 1e-4, 1e4, below="nobody leaves", above="all leave with the same probability"),
    Parameter("b", 1e-4, 1e4, above="all leave with the same probability"),
)
# r, alpha (in mean observed times), a, b: loyal and fickle customers, alike and different
STARTS = np.array([[1.0, 0.5, 1.0, 2.0], [0.3, 0.1, 0.5, 5.0], [3.0, 1.0, 0.1, 1.0], [1.0, 0.2, 2.0, 20.0]])
TINY = 1e-6


@dataclass(frozen=True)
class Purchases:
    """What is known of customers, grouped: arrays of one length; `customers` share each (x, t_x, T)."""

    x: Vector
    t_x: Vector
    T: Vector
    customers: Vector


@dataclass(frozen=True)
class BetaGeometric:
    """The four parameters; alpha in weeks."""

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, seen: Purchases) -> float:
        """Of all customers together (equation 6 of the paper)."""
        return _Likelihood(seen)(np.array([self.r, self.alpha, self.a, self.b]))[0] * float(seen.customers.sum())

    def probability_alive(self, x: Vector, t_x: Vector, T: Vector) -> Vector:  # noqa: N803 - the paper's name
        """That a customer has not left by T: 1 / (1 + a / (b+x-1) ((alpha+T) / (alpha+t_x))^(r+x)); 1 without repeats.

        Fader, Hardie and Lee 2008, Computing P(alive) Using the BG/NBD Model.
        """
        odds = np.log(self.a) - np.log(self.b + np.maximum(x, 1) - 1)
        odds = odds + (self.r + x) * (np.log(self.alpha + T) - np.log(self.alpha + t_x))
        alive: Vector = np.where(x > 0, scipy("special").expit(-odds), 1.0)
        return alive

    def orders_if_alive(self, x: Vector, T: Vector, ahead: float) -> Vector:  # noqa: N803
        """Orders expected in the next `ahead` weeks from a customer who is alive at T (equation 10 of the paper).

        (a+b+x-1) / (a-1) [1 - ((alpha+T) / (alpha+T+t))^(r+x) 2F1(r+x, b+x; a+b+x-1; t / (alpha+T+t))], the bracket
        by Euler's transformation, where it neither overflows for many orders nor loses digits.
        """
        a = self._off_the_poles()
        z = ahead / (self.alpha + T + ahead)
        c = a + self.b + x - 1
        stay = np.log1p(-z)
        hyp2f1 = scipy("special").hyp2f1
        with np.errstate(all="ignore"):
            kept = np.exp((a - 1) * stay) * hyp2f1(a - 1, a + self.b - 1 - self.r, c, z)
            # only where nearly all leave at once, and the power is too small to be written
            plain = np.exp((self.r + x) * stay + np.log(hyp2f1(self.r + x, self.b + x, c, z)))
        expected: Vector = c / (a - 1) * (1 - np.where(np.isfinite(kept), kept, plain))
        return expected

    def expected_orders(self, x: Vector, t_x: Vector, T: Vector, ahead: float) -> Vector:  # noqa: N803
        """Orders expected in the next `ahead` weeks."""
        return self.orders_if_alive(x, T, ahead) * self.probability_alive(x, t_x, T)

    def _off_the_poles(self) -> float:
        """`a`, a millionth away from where the formula is 0/0 although its value is finite: a = 1 and a+b = 1."""
        near = abs(self.a - 1) < TINY or abs(self.a + self.b - 1) < TINY
        return self.a + 2 * TINY if near else self.a


def fit(seen: Purchases) -> tuple[BetaGeometric, Maximum]:
    """The parameters of highest likelihood. Raises DataError (`no_convergence`)."""
    scale = float(np.average(seen.T, weights=seen.customers))  # one set of starts and limits fits weeks and decades
    scaled = Purchases(seen.x, seen.t_x / scale, seen.T / scale, seen.customers)
    found = maximise("BG/NBD", _Likelihood(scaled), PARAMETERS, STARTS)
    r, alpha, a, b = map(float, found.values)
    return BetaGeometric(r, alpha * scale, a, b), found


class _Likelihood:
    """Mean log-likelihood of a customer, and its slope along r, alpha, a and b.

    The gamma functions, which take most of the time, depend on x alone: they are taken once for each.
    """

    def __init__(self, seen: Purchases) -> None:
        self._seen = seen
        self._share = seen.customers / seen.customers.sum()
        self._x, which = np.unique(seen.x, return_inverse=True)
        self._x_share = np.bincount(which, weights=self._share)

    def __call__(self, values: Vector) -> tuple[float, Vector]:
        height, slopes = self._of_counts(*values)
        more, more_slopes = self._of_times(*values)
        return height + more, slopes + more_slopes

    def _of_counts(self, r: float, alpha: float, a: float, b: float) -> tuple[float, Vector]:
        """Of how many orders there are, whenever."""
        x, special = self._x, scipy("special")
        gammaln, psi = special.gammaln, special.psi
        height = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        height += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        d_r, d_both = psi(r + x) - psi(r) + np.log(alpha), psi(a + b) - psi(a + b + x)
        d_b = d_both + psi(b + x) - psi(b)
        slopes = np.array([each @ self._x_share for each in (d_r, d_both, d_b)])
        return float(height @ self._x_share), np.array([slopes[0], r / alpha, slopes[1], slopes[2]])

    def _of_times(self, r: float, alpha: float, a: float, b: float) -> tuple[float, Vector]:
        """Of when they were: the customer is alive and has not ordered since, or has left after the last order."""
        seen, share, again = self._seen, self._share, np.maximum(self._seen.x, 1)
        log_end, log_last = np.log(alpha + seen.T), np.log(alpha + seen.t_x)
        alive = -(r + seen.x) * log_end
        left = np.where(seen.x > 0, np.log(a) - np.log(b + again - 1) - (r + seen.x) * log_last, -np.inf)
        either = np.logaddexp(alive, left)
        w = np.exp(left - either)  # the probability of having left
        d_r = -(1 - w) * log_end - w * log_last
        d_alpha = -(r + seen.x) * ((1 - w) / (alpha + seen.T) + w / (alpha + seen.t_x))
        slopes = np.array([d_r @ share, d_alpha @ share, w @ share / a, -(w / (b + again - 1)) @ share])
        return float(either @ share), slopes
