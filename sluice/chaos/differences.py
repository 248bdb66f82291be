"""The comparison of two loads: rows lost, doubled, added and changed by table, and the first difference in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sluice.chaos.contents import Contents, Listing

Row = tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """How a table (or `rejects`, or `books`) differs from that of the undisturbed load, in rows.

    `lost` are missing, `doubled` are there more often, `added` have a key that should not exist, and `changed` have
    other values. `first` describes the row with the lowest key.
    """

    name: str
    lost: int
    doubled: int
    added: int
    changed: int
    first: str


def compare(undisturbed: Contents, found: Contents) -> list[Difference]:
    """The differences of all tables, of the rejects and of the books; empty when both are equal."""
    pairs = zip(undisturbed.listings(), found.listings(), strict=True)
    return [each for before, after in pairs if (each := _compare(before, after)) is not None]


def _compare(before: Listing, after: Listing) -> Difference | None:
    wanted, there = Counter(before.rows), Counter(after.rows)
    # by key: rows that only one of the two loads has
    missing, extra = _by_key(wanted - there, before.key), _by_key(there - wanted, after.key)
    if not missing and not extra:
        return None
    keys = {row[: before.key] for row in wanted}
    kinds = Counter[str]()
    for key in sorted(missing.keys() | extra.keys()):
        for kind, rows in _kinds(missing.get(key, []), extra.get(key, []), known=key in keys):
            kinds[kind] += rows
    key = min(missing.keys() | extra.keys())
    times = [sum(count for row, count in rows.items() if row[: before.key] == key) for rows in (wanted, there)]
    first = _words(before, key, missing.get(key, []), extra.get(key, []), times)
    return Difference(before.name, kinds["lost"], kinds["doubled"], kinds["added"], kinds["changed"], first)


def _by_key(rows: Counter[Row], key: int) -> dict[Row, list[Row]]:
    found: dict[Row, list[Row]] = {}
    for row in rows.elements():
        found.setdefault(row[:key], []).append(row)
    return found


def _kinds(missing: list[Row], extra: list[Row], *, known: bool) -> Iterator[tuple[str, int]]:
    """How many rows of one key are of which kind: a missing and an extra one together are a changed row."""
    both = min(len(missing), len(extra))
    yield "changed", both
    yield "lost", len(missing) - both
    yield "doubled" if known else "added", len(extra) - both


def _words(listing: Listing, key: Row, missing: list[Row], extra: list[Row], times: Sequence[int]) -> str:
    """The difference of the rows of one key, which the undisturbed load and the other one have so many `times`."""
    where = ", ".join(f"{name} {value}" for name, value in zip(listing.head, key, strict=False))
    if missing and extra:
        values = zip(listing.head, min(missing), min(extra), strict=True)
        changed = [f"{name} is {now}, not {before}" for name, before, now in values if now != before]
        return f"{where}: {'; '.join(changed)}"
    wanted, there = times
    if missing:
        return f"{where}: there {there} times, not {wanted}" if there else f"{where}: missing"
    return (
        f"{where}: there {there} times{f', not {wanted}' if wanted > 1 else ''}"
        if wanted
        else f"{where}: should not exist"
    )
