"""The result of a demonstration's run, counted in its tables, and the comparison with what was planted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sluice.samples.unified_sales.expected import Expected

BOOKS = ("read", "loaded", "duplicate", "rejected")


@dataclass(frozen=True)
class Findings:
    """Books by source, with `codes` of rejects; figures of standardized_data, and of preprocessed_data, shaped as in
    expected.json."""

    books: dict[str, dict[str, Any]]
    standardized: dict[str, Any]
    preprocessed: dict[str, Any]

    def differences(self, expected: Expected) -> list[str]:
        """A sentence for each figure that differs from what was planted."""
        wanted, found = dict(_figures(_planted(expected))), dict(_figures(self._comparable()))
        return [
            f"{name}: {found.get(name)}, and {wanted.get(name)} was planted"
            for name in sorted({*wanted, *found})
            if found.get(name) != wanted.get(name)
        ]

    def figures(self) -> int:
        """How many figures are compared."""
        return len(dict(_figures(self._comparable())))

    def _comparable(self) -> dict[str, Any]:
        books = {
            source: {name: each[name] for name in ("read", "loaded", "duplicate")} | {"rejected": each["codes"]}
            for source, each in self.books.items()
        }
        return {
            "sources": books,
            "standardized_data": self.standardized,
            "preprocessed_data": self.preprocessed,
        }


def find(run: int) -> Findings:
    """Count the run's rows in the tables."""
    from sluice.engine.database.connection import transaction
    from sluice.engine.database.statements import statements
    from sluice.engine.ledger.rows import mappings

    query = statements(__name__)
    with transaction() as cursor:
        cursor.execute(query("books"), {"run": run})
        books = {row["source"]: row | {"codes": {}} for row in mappings(cursor)}
        cursor.execute(query("rejects"), {"run": run})
        for source, code, rows in cursor.fetchall():
            books[source]["codes"][code] = rows
        counted = {}
        for name in ("standardized", "preprocessed"):
            cursor.execute(query(name))
            (counted[name],) = cursor.fetchone() or ({},)
    return Findings(books, counted["standardized"], counted["preprocessed"])


def _planted(expected: Expected) -> dict[str, Any]:
    books = {
        source: {name: value for name, value in each.items() if name != "planted"}
        for source, each in expected["sources"].items()
    }
    return {"sources": books} | {name: expected[name] for name in ("standardized_data", "preprocessed_data")}


def _figures(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of a tree of mappings, each by its path."""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _figures(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value
