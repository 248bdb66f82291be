"""Prices, some of which no declaration reads: for tests of inputs of which nothing can be loaded."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

from sluice import Column, Decimal, Derived, Files, Pipeline, Table, Text
from sluice.engine.ledger.inputs.refused import SourceVersion
from sluice.engine.ledger.runs import Run, retry
from tests.kit.in_process import InProcess

COMMA, POINT = "1,50", "1.50"
BAD = "is not a decimal number."
NO_OTHER = {"other_input": None, "other_line": None, "other_file": None}
ALL_BAD = f"All 3 rows were rejected: not_decimal in price, first in line 2: price: '1,50' {BAD}"


def prices(*, point: str = ".", derived: bool = False, snapshot: bool = False, conflict: str = "keep") -> Pipeline:
    """Prices by name; with a decimal comma they are another declaration."""
    columns = [
        Column("ref", Text(), required=True),
        Column("price", Decimal(12, 2, point=point) if point != "." else Decimal(12, 2), required=True),
    ]
    total = Derived(
        "price_sum",
        key=("one",),
        columns={"one": "integer", "total": "numeric(14,2)"},
        sql="select 1 as one, sum(price) as total from {files} f",
    )
    return Pipeline(
        "prices",
        Files("*", snapshot=snapshot),
        Table("prices", key=("ref",), columns=columns, on_conflict=conflict),  # type: ignore[arg-type]
        derived=[total] if derived else [],
    )


_numbers = count()


def file_of(folder: Path, rows: Iterable[tuple[str, str]], name: str = "") -> Path:
    path = folder / (name or f"prices_{next(_numbers)}.csv")
    path.write_text("ref,price\n" + "".join(f'{ref},"{price}"\n' for ref, price in rows))
    return path


def bad_file(folder: Path, name: str = "bad.csv") -> Path:
    return file_of(folder, [("a", COMMA), ("b", COMMA), ("c", COMMA)], name)


def states_of(status: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(each["state"], each["error_code"]) for each in status["inputs"]]


def finished(engine: InProcess, *paths: Path, **options: Any) -> dict[str, Any]:
    return engine.finish(engine.register(*paths, **options))


def retried(engine: InProcess, run: int) -> dict[str, Any]:
    """`sluice retry`, under the declaration of now."""
    now = {source: SourceVersion(contract.version, None) for source, contract in engine.contracts.items()}
    assert retry(run, declared_now=lambda _: now) == 1
    engine.sql("update sluice.step set due_at = clock_timestamp() - interval '1 s' where state = 'due'")
    return engine.finish(Run(run))
