"""Declared columns that a file does not have: named in its books, with what it may have meant by another name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from sluice.engine.declare import Table
from sluice.engine.formats.text.header import HeaderMatch, Names, match_header, plain
from sluice.engine.rows.contract import Contract
from sluice.errors import DataError

_NOT_A_LETTER = re.compile(r"[\W_]+")
_SHORTEST = 3  # below this every name is like every other


def match_columns(header: tuple[str, ...], table: Table, contract: Contract) -> HeaderMatch:
    """Match an input's columns with those that are declared. Raises DataError `missing_header`, which names what a
    column that must be there may have been spelled like, and `duplicate_header`."""
    try:
        return match_header(Names(header), contract.requested, contract.required)
    except DataError as error:
        if error.code != "missing_header":
            raise
        match = match_header(Names(header), contract.requested, ())
        raise DataError(error.code, " ".join([error.reason, *_misspelt(table, match)])) from error


def absent_columns(table: Table, match: HeaderMatch) -> list[str]:
    """The names of the table's columns whose header the file does not have."""
    return [column.name for column in table.columns if match.positions.get(column.header_name) is None]


def note_of(table: Table, match: HeaderMatch) -> str | None:
    """What the books say of a file's columns; None where they are those that are declared."""
    absent = absent_columns(table, match)
    said = list(_misspelt(table, match))
    if match.extra:
        said.append(f"Columns that the pipeline does not know were ignored: {', '.join(match.extra)}.")
    if absent:
        what = "null in new rows, left as it is in others" if table.on_conflict == "update" else "null"
        listed = ", ".join(f"{name} ({what})" for name in absent)
        said.append(f"Columns that the file does not have: {listed}.")
    return " ".join(said) or None


def _misspelt(table: Table, match: HeaderMatch) -> Iterator[str]:
    """A sentence for each column nobody knows that is spelled nearly like one that is not there, nearest first."""
    columns = [column for column in table.columns if match.positions.get(column.header_name) is None]
    near = suggestions(match.extra, [column.header_name for column in columns])
    for name, header in near.items():
        declared = next(column for column in columns if column.header_name == header)
        of = "" if declared.header_name == declared.name else f" (declared for {declared.name})"
        yield f"Column {name!r} is unknown; did you mean {header!r}{of}?"


def suggestions(unknown: Sequence[str], missing: Sequence[str]) -> dict[str, str]:
    """For unknown names those of the missing ones that they may be meant for: each once, the nearest first."""
    pairs = [(_distance(name, other), i, j) for i, name in enumerate(unknown) for j, other in enumerate(missing)]
    found: dict[int, int] = {}
    for distance, i, j in sorted((d, i, j) for d, i, j in pairs if d is not None):
        if i not in found and j not in found.values() and distance <= _allowed(unknown[i], missing[j]):
            found[i] = j
    return {unknown[i]: missing[found[i]] for i in sorted(found)}


def _allowed(name: str, other: str) -> int:
    """How many letters may differ: one, or of long names a quarter, at most three."""
    shortest = min(len(name), len(other))
    return 0 if shortest < _SHORTEST else min(max(1, shortest // 4), 3)


def _distance(name: str, other: str) -> int | None:
    """How many letters differ, accents and what stands between words aside; None where it is not worth counting."""
    left, right = _letters(name), _letters(other)
    if not left or not right or abs(len(left) - len(right)) > _SHORTEST:
        return None
    return _edits(left, right)


def _letters(name: str) -> str:
    without = "".join(c for c in unicodedata.normalize("NFKD", plain(name)) if not unicodedata.combining(c))
    return _NOT_A_LETTER.sub("", without)[:100]


def _edits(left: str, right: str) -> int:
    """Letters put in, taken out, changed, or two that changed places (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        above, row_before = row, before
        row = [i]
        for j, other in enumerate(right, 1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                best = min(best, row_before[j - 2] + 1)
            row.append(best)
        before = above
    return row[-1]
