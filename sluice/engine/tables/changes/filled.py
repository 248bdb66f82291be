"""What PostgreSQL does with the rows of a table: it keeps them in partitions, and numbers them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from psycopg2.extensions import cursor as Cursor

from sluice.engine.tables.changes.change import Refusal
from sluice.engine.tables.changes.declared import Declared
from sluice.engine.tables.changes.found import Found

_NUMBERS_PARTITIONS = 170_000  # server version


def is_kept_as_declared(declared: Declared, found: Found) -> bool:
    """Whether the table is partitioned as declared, and its numbered columns are filled."""
    return not any(kept_otherwise(declared, found, {}))


def kept_otherwise(declared: Declared, found: Found, names: Mapping[str, str]) -> Iterator[Refusal]:
    """Refusals of a table that is partitioned in another way, and of numbered columns that nothing fills."""
    yield from _partitioned(declared, found, names)
    if why := unnumbered_partitions(found.cursor, declared):
        yield Refusal(why)
    for name in declared.numbered:
        if name in found.columns and not found.columns[name].filled:
            yield Refusal(
                f"Column {name} is an Identity in the declaration, and nothing fills it in the database.",
                f"Rename it in the database, or give it numbers: alter table {declared.name} alter column {name} add "
                "generated always as identity, beginning with a number that no row has.",
            )


def unnumbered_partitions(cursor: Cursor, declared: Declared) -> str | None:
    """Why the server cannot number the rows of the table, in sentences; None if it can."""
    version = cursor.connection.server_version
    if declared.partition_by is None or not declared.numbered or version >= _NUMBERS_PARTITIONS:
        return None
    return (
        f"PostgreSQL numbers rows of a partitioned table from version 17 on, and this server is {version // 10_000}. "
        f"Leave out Identity({declared.numbered[0]!r}), or partition_by."
    )


def _partitioned(declared: Declared, found: Found, names: Mapping[str, str]) -> Iterator[Refusal]:
    here, wanted = found.partition, declared.partition_by
    if wanted is not None:
        now = None if here is None else (here.strategy, here.columns)
        old = {new: old for old, new in names.items()}
        if now != ("range", [old.get(wanted, wanted)]):
            is_so = "not partitioned" if here is None else f"partitioned by {here}"
            yield Refusal(
                f"It is {is_so}, and the declaration has partition_by={wanted!r}: PostgreSQL does not change that.",
                f"To load everything anew: rename {declared.name}, then `sluice migrate`, then `sluice reload`. Or "
                "give the declared table another name, which begins empty.",
            )
    elif here is not None:
        yield from _undeclared(declared, f"It is partitioned by {here}")


def _undeclared(declared: Declared, is_so: str) -> Iterator[Refusal]:
    if declared.kind == "derived":
        yield Refusal(
            f"{is_so}, and builds need an ordinary table.",
            f"Rename it; `sluice migrate` makes {declared.name} anew, and the next run builds it.",
        )
    elif declared.kind == "loaded" and not declared.adopt:
        yield Refusal(
            f"{is_so}, and the declaration has no partition_by: nobody would make its partitions.",
            "Declare partition_by, or adopt=True if somebody else makes them.",
        )
    elif declared.kind == "loaded" and not declared.keyed:
        yield Refusal(
            f"{is_so}, and the declaration has neither a key nor partition_by: PostgreSQL cannot tell its lines apart.",
            "Declare partition_by, or a key.",
        )
