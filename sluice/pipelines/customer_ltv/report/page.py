"""The page on customer lifetime value: figures and charts, put into the templates in `html/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from typing import Any

from sluice.reports.charts import Chart, between, histogram, shares, steps
from sluice.reports.document import environment
from sluice.reports.rejects import EXAMPLES as REJECT_EXAMPLES

from .figures import MONTHS, TOP

HTML = Path(__file__).parent / "html"
LEAST_FOR_TENTHS = 10
ORPHANS = {  # kind: heading, and what becomes of them
    "payment_without_order": ("Payments without an order", "They do not count until their order is loaded."),
    "order_without_customer": ("Orders without a customer", "They do not count until the customer is loaded."),
    "payment_of_another_customer": (
        "Payments that name another customer than their order",
        "They count for the customer of the order.",
    ),
}


def page(
    figures: Mapping[str, Any],
    address_of: Callable[[str], str] = str,
    reason_of: Callable[[Mapping[str, Any]], str] = itemgetter("reason"),
) -> str:
    """One HTML document that needs nothing else, from `read_figures`.

    `address_of` gives an input's address as it is shown, `reason_of` the reason of a reject from its code, column_name
    and reason.
    The same figures give the same text.
    """
    return environment(HTML, address_of, reason_of).get_template("customer_ltv.html").render(
        **figures,
        **_charts(figures),
        bins=_bins(figures),
        orphan_kinds=ORPHANS,
        largest_month=max((each["customers"] for each in figures["cohorts"] if each["month"]), default=0),
        richest_month=max((each["mean_ltv"] or 0 for each in figures["cohorts"]), default=0),
        records=sum(each["records"] for each in figures["orphans"]),
        rejected=sum(each["records"] for each in figures["rejects"]),
        most_months=MONTHS,
        most_top=TOP,
        most_examples=REJECT_EXAMPLES,
    )  # fmt: skip


def _charts(figures: Mapping[str, Any]) -> dict[str, Chart | None]:
    """The charts there is enough for."""
    made: dict[str, Chart | None] = dict.fromkeys(("by_value", "by_tenth", "by_probability"))
    if figures["scale"]:
        median = Decimal(str(figures["quantiles"][0.5]))
        made["by_value"] = histogram(figures["scale"], figures["histogram"], median, "customer")
    if figures["totals"]["above_zero"] >= LEAST_FOR_TENTHS:
        made["by_tenth"] = shares([(str(each["tenth"]), each["share"], each["so_far"]) for each in figures["tenths"]])
    if figures["forecast"] and figures["forecast"]["customers"]:
        made["by_probability"] = steps([each["customers"] for each in figures["forecast"]["alive"]], "customer")
    return made


def _bins(figures: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The histogram in words: (values, customers) of each bin that has some."""
    scale = figures["scale"]
    return [(between(scale, number), customers) for number, customers in figures["histogram"].items()]
