"""Maximum likelihood: the parameters under which the data are most probable, or a sentence why there are none.

L-BFGS-B on the logarithms of the parameters, which are all positive, with gradients worked out by hand. It starts at
several points; the best end must be reached from two of them at least, and the slope there must be 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sluice.errors import DataError

from .library import scipy

Vector = npt.NDArray[np.float64]
# values of the parameters -> mean log-likelihood of a customer, and its slope along each of them
MeanLikelihood = Callable[[Vector], tuple[float, Vector]]
STEEPEST = 1e-4  # of the mean log-likelihood, per unit of a parameter's logarithm, where it counts as flat
SAME = 1e-5  # two ends are one if their mean log-likelihoods differ by no more
NEAR = 1e-3  # of a limit, on the scale of logarithms


@dataclass(frozen=True)
class Parameter:
    """A parameter and its limits. Some go to infinity, or to 0, in data that are simpler than the model.

    What that means is in `above` (the highest value is reached) and `below`; a limit without a meaning is refused.
    """

    name: str
    lowest: float
    highest: float
    below: str | None = None
    above: str | None = None


@dataclass(frozen=True)
class Maximum:
    """Parameters in their order, and notes on those at a limit."""

    values: Vector
    notes: tuple[str, ...]


def maximise(what: str, likelihood: MeanLikelihood, parameters: Sequence[Parameter], starts: Vector) -> Maximum:
    """The parameters of the highest likelihood. `starts` has a row per start and a column per parameter.

    Raises DataError (`no_convergence`) for a likelihood that has no maximum, or several ends and no telling which.
    """
    limits = np.log([(each.lowest, each.highest) for each in parameters])
    ends = sorted((_climb(likelihood, limits, np.log(start)) for start in starts), key=lambda end: end[0])
    (best, at), (second, _) = ends[0], ends[1]
    slope = _slope(likelihood, limits, at)
    if not np.isfinite(best) or slope > STEEPEST:
        raise _unsettled(what, f"its likelihood still climbs where the search ends (slope {slope:.2g})")
    if not second - best <= SAME:
        raise _unsettled(what, "searches from different starts end in different places")
    return Maximum(np.exp(at), tuple(_notes(what, parameters, limits, at)))


def _climb(likelihood: MeanLikelihood, limits: Vector, start: Vector) -> tuple[float, Vector]:
    """Where the way up from `start` ends: the negative of the mean likelihood there, and the logarithms."""

    def downhill(logs: Vector) -> tuple[float, Vector]:
        values = np.exp(logs)
        height, slopes = likelihood(values)
        return -height, -slopes * values

    options = {"maxiter": 2_000, "maxfun": 4_000, "maxcor": 20, "ftol": 1e-14, "gtol": 1e-8}
    found = scipy("optimize").minimize(
        downhill, start, jac=True, method="L-BFGS-B", bounds=[tuple(pair) for pair in limits], options=options
    )
    return (float(found.fun), found.x) if np.isfinite(found.fun) else (float("inf"), start)


def _slope(likelihood: MeanLikelihood, limits: Vector, at: Vector) -> float:
    """The steepest way up that stays within the limits."""
    values = np.exp(at)
    slopes = likelihood(values)[1] * values
    free = np.clip(at + slopes, limits[:, 0], limits[:, 1]) - at
    return float(np.max(np.abs(free)))


def _notes(what: str, parameters: Sequence[Parameter], limits: Vector, at: Vector) -> list[str]:
    notes = []
    for each, (lowest, highest), log in zip(parameters, limits, at, strict=True):
        if log - lowest < NEAR:
            meaning, where = each.below, "0"
        elif highest - log < NEAR:
            meaning, where = each.above, "infinity"
        else:
            continue
        if meaning is None:
            raise _unsettled(what, f"its parameter {each.name} tends to {where}")
        notes.append(f"{each.name} tends to {where}: {meaning}")
    return notes


def _unsettled(what: str, why: str) -> DataError:
    return DataError(
        "no_convergence",
        f"The {what} model does not settle on these data: {why}. Forecast for a date with a longer history.",
    )
