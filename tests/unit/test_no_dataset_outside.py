"""What runs every pipeline knows none: no name of a shipped pipeline or of a table of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sluice.pipelines import all_pipelines

SLUICE = Path(__file__).parents[2] / "sluice"
ROOMS = ("engine", "web", "reports", "workers", "tasks", "embedded")
KINDS = {".py", ".sql", ".html", ".css"}


def names() -> set[str]:
    """Of pipelines, and of all tables and views that they have."""
    found = set()
    for pipeline in all_pipelines().values():
        found |= {pipeline.name} | {flow.table.name for flow in pipeline.flows}
        found |= {name for derived in pipeline.derived for name in derived.relations}
        found |= {own.name for own in pipeline.own_tables}
    return found


def named(text: str, known: set[str]) -> Iterator[str]:
    """Where a text names one. A plain word (`orders`) is a name where SQL or Python uses it as one."""
    for name in sorted(known):
        word = re.escape(name)
        pattern = rf"\b{word}\b" if "_" in name else rf"""\b(?:from|join|into|update|table)\s+{word}\b|["']{word}["']"""
        for found in re.finditer(pattern, text, re.IGNORECASE):
            yield f"line {text.count(chr(10), 0, found.start()) + 1}: {found[0]}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_names_no_dataset(room: str) -> None:
    known = names()
    files = [path for path in (SLUICE / room).rglob("*") if path.suffix in KINDS]
    assert len(files) > 3
    found = [f"{path.relative_to(SLUICE)}, {each}" for path in files for each in named(path.read_text(), known)]
    assert found == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('find("customer_ltv")', ["line 1: customer_ltv"]),
        ("select 1\nfrom orders o", ["line 2: from orders"]),
        ("TABLES = ['payments']", ["line 1: 'payments'"]),
        ("# `{orders} o` is the loaded table of the source `orders`", []),
        ("-- customers by value", []),
    ],
)
def test_the_search_finds_names_and_leaves_words_alone(text: str, found: list[str]) -> None:
    assert list(named(text, {"customer_ltv", "orders", "payments", "customers"})) == found
