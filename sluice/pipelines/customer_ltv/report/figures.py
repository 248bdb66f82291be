"""The figures of customer lifetime value for one date, read in one snapshot of the database.

Everything is counted there: what comes back is a few hundred rows, whether there are ten customers or ten million.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sluice.engine.database.statements import statements
from sluice.errors import ConfigError
from sluice.reports.queries import Queries, Row, in_one_snapshot, with_examples
from sluice.reports.rejects import rejects
from sluice.reports.scales import Scale, scale_for

query = statements(__name__)
PIPELINE = "customer_ltv"
POINTS = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
MONTHS = 24
TOP = 20
EXAMPLES = 10
DATES_NAMED = 5


def read_figures(as_of: date | None = None) -> Row:
    """All figures of the page for `as_of` (None: the newest date that was built).

    Keys: as_of, totals, quantiles, scale, histogram, tenths, top, cohorts, orphans, rejects, books, forecast (None
    without the table). Amounts are Decimal, in the pipeline's currency. Raises ConfigError when there is nothing to
    report on, with what to type; DatabaseAway.
    """
    with in_one_snapshot(query) as queries:
        there = queries.row("tables")
        _refuse_missing(there)
        queries.about["as_of"] = _date_to_report(queries, as_of)
        totals = queries.row("totals", points=list(POINTS))
        quantiles = dict(zip(POINTS, totals.pop("quantiles") or (), strict=False))
        scale = _scale(totals, quantiles)
        return {
            "as_of": queries.about["as_of"],
            "totals": totals,
            "quantiles": quantiles,
            "scale": scale,
            "histogram": _histogram(queries, scale),
            "tenths": queries.rows("tenths"),
            "top": queries.rows("top", limit=TOP),
            "cohorts": queries.rows("cohorts", months=MONTHS),
            "orphans": with_examples(
                queries.rows("orphans"), queries.rows("orphan_examples", limit=EXAMPLES), ("kind",)
            ),
            **rejects(queries, PIPELINE),
            "forecast": _forecast(queries) if there["customer_ltv_forecast"] else None,
        }


def _refuse_missing(there: Mapping[str, bool]) -> None:
    missing = [name for name in ("customer_ltv", "customer_ltv_orphan", "customers") if not there[name]]
    if missing:
        raise ConfigError(
            f"This database has no table {' and no table '.join(missing)}: nothing was built here yet. "
            f"Load and build first: sluice run {PIPELINE} PATHS... --as-of YYYY-MM-DD"
        )


def _date_to_report(queries: Queries, as_of: date | None) -> date:
    built: list[date] = [each["as_of"] for each in queries.rows("dates", limit=DATES_NAMED)]
    if not built:
        raise ConfigError(
            f"The table customer_ltv has no rows: no date was built yet. "
            f"Load and build first: sluice run {PIPELINE} PATHS... --as-of {as_of or 'YYYY-MM-DD'}"
        )
    if as_of is None:
        return built[0]
    if as_of not in built and not queries.row("has_date", as_of=as_of)["built"]:
        newest = ", ".join(map(str, built))
        raise ConfigError(
            f"customer_ltv was not built as of {as_of}; the newest dates it has: {newest}. "
            f"Name one of them, or build this one from what is loaded: sluice run {PIPELINE} --as-of {as_of}"
        )
    return as_of


def _scale(totals: Row, quantiles: Mapping[float, float]) -> Scale | None:
    if not totals["above_zero"]:
        return None
    return scale_for(totals["above_zero"], totals["lowest"], totals["highest"], quantiles[0.01], quantiles[0.99])


def _histogram(queries: Queries, scale: Scale | None) -> dict[int, int]:
    """Customers by the number of their bin."""
    if scale is None:
        return {}
    return {each["bin"]: each["customers"] for each in queries.rows("histogram", edges=list(scale.edges))}


def _forecast(queries: Queries) -> Row:
    totals = queries.row("forecast")
    if not totals["customers"]:
        return totals
    return totals | {"alive": queries.rows("forecast_alive"), "top": queries.rows("forecast_top", limit=EXAMPLES)}
