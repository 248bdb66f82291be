"""The demonstration of unified_sales on one screen."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from sluice.cli.demo.findings import BOOKS, Findings
from sluice.cli.output import count, table

WIDTH = 98
COMES = {
    "sales": "CSV files",
    "customers": "GET /customers",
    "rates": "GET /exchange_rates",
    "products": "PostgreSQL",
    "transactions": "PostgreSQL",
}


def print_findings(status: Mapping[str, Any], found: Findings) -> None:
    """The rows that were read, built and flagged, with reasons."""
    print(f"\nrun {status['run']} of unified_sales: {status['state']} ({status['seconds']:.1f} s)\n")
    table(("source", "comes from", *BOOKS, "why"), map(_source, found.books.items()), indent="  ")
    for heading, lines in (("standardized_data", _standardized(found)), ("preprocessed_data", _preprocessed(found))):
        print(f"\n{heading}:")
        for line in lines:
            print(f"  {line}")


def _source(item: tuple[str, Mapping[str, Any]]) -> list[object]:
    source, books = item
    return [source, COMES[source], *(books[name] for name in BOOKS), _listed(books["codes"])]


def _standardized(found: Findings) -> Iterator[str]:
    figures = found.standardized
    yield f"{count(figures['rows'])} rows ({_listed(figures['by_source'])}), nothing lost and nothing twice"
    yield f"product {_listed(_after('product_', figures))}; customer {_listed(_after('customer_', figures))}"
    yield f"date {_listed(_after('date_', figures))}; exchange rate {_listed(figures['rate_states'])}"


def _after(start: str, figures: Mapping[str, Any]) -> dict[str, int]:
    """The figures whose names begin so, by what is behind it."""
    return {name.removeprefix(start): number for name, number in figures.items() if name.startswith(start)}


def _preprocessed(found: Findings) -> Iterator[str]:
    figures = found.preprocessed
    flagged = {name: figures[name] for name in ("abnormal", "quarantined", "duplicate", "age_was_missing")}
    yield f"{count(figures['rows'])} rows, flagged and kept: {_listed(flagged)}"
    if figures["rules"]:
        yield from textwrap.wrap(f"why: {_listed(figures['rules'])}", WIDTH, subsequent_indent="     ")


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count(number)}" for name, number in counts.items())
