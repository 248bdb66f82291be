"""Declared columns that a file does not have: named in its note, with the columns that may be misspelt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from sluice.engine.declare import Column, Flow, OfType, Table
from sluice.engine.formats.text.header import HeaderMatch, Names, match_header, plain
from sluice.engine.rows.contract import Contract
from sluice.errors import DataError

_NOT_A_LETTER = re.compile(r"[\W_]+")
_SHORTEST = 3  # shorter names are too similar to compare


def match_columns(header: tuple[str, ...], table: Table, contract: Contract) -> HeaderMatch:
    """Match an input's columns with the declared ones. Raises DataError `missing_header`, which names columns of the
    file that may be a misspelt required one, and `duplicate_header`."""
    try:
        return match_header(Names(header), contract.requested, contract.required)
    except DataError as error:
        if error.code != "missing_header":
            raise
        match = match_header(Names(header), contract.requested, ())
        raise DataError(error.code, " ".join([error.reason, *_misspelt(table, match)])) from error


def absent_columns(table: Table, match: HeaderMatch) -> list[str]:
    """The names of the table's columns of which the file gives no values: its header lacks them, and they have no
    default."""
    return [column.name for column in _not_there(table, match) if column.default is None]


def note_of(flow: Flow, match: HeaderMatch) -> str | None:
    """The note on a file's columns; None where they are the declared ones."""
    table = flow.table
    absent = absent_columns(table, match)
    defaults = [f"{each.name} ({each.default})" for each in _not_there(table, match) if each.default is not None]
    notes = list(_misspelt(table, match))
    unknown = unknown_columns(flow, match)
    if unknown:
        notes.append(f"Columns that the pipeline does not know were ignored: {', '.join(unknown)}.")
    if absent:
        what = "null in new rows, left as it is in others" if table.updates else "null"
        listed = ", ".join(f"{name} ({what})" for name in absent)
        notes.append(f"Columns that the file does not have: {listed}.")
    if defaults:
        notes.append(f"Columns that the file does not have, and that get their default: {', '.join(defaults)}.")
    return " ".join(notes) or None


def unknown_columns(flow: Flow, match: HeaderMatch) -> list[str]:
    """The columns of a file that are not loaded: neither into the table, nor as lists, nor the type of a record."""
    known = {plain(each.of) for each in flow.table.children}
    if isinstance(flow.source, OfType):
        known.add(plain(flow.source.by or next(iter(flow.source.header or ("",)))))
    return [name for name in match.extra if plain(name) not in known]


def _not_there(table: Table, match: HeaderMatch) -> list[Column]:
    return [column for column in table.columns if match.positions.get(column.header_name) is None]


def _misspelt(table: Table, match: HeaderMatch) -> Iterator[str]:
    """A sentence for each unknown column that is spelled nearly like a missing one, nearest first."""
    columns = _not_there(table, match)
    near = suggestions(match.extra, [column.header_name for column in columns])
    for name, header in near.items():
        declared = next(column for column in columns if column.header_name == header)
        of = "" if declared.header_name == declared.name else f" (declared for {declared.name})"
        yield f"Column {name!r} is unknown; did you mean {header!r}{of}?"


def suggestions(unknown: Sequence[str], missing: Sequence[str]) -> dict[str, str]:
    """For each unknown name the missing one that it may stand for: each used once, the nearest first."""
    pairs = [(_distance(name, other), i, j) for i, name in enumerate(unknown) for j, other in enumerate(missing)]
    matches: dict[int, int] = {}
    for distance, i, j in sorted((d, i, j) for d, i, j in pairs if d is not None):
        if i not in matches and j not in matches.values() and distance <= _allowed(unknown[i], missing[j]):
            matches[i] = j
    return {unknown[i]: missing[matches[i]] for i in sorted(matches)}


def _allowed(name: str, other: str) -> int:
    """How many letters may differ: one, or of long names a quarter, at most three."""
    shortest = min(len(name), len(other))
    return 0 if shortest < _SHORTEST else min(max(1, shortest // 4), 3)


def _distance(name: str, other: str) -> int | None:
    """How many letters differ, without accents and separators; None if the names are too different to compare."""
    left, right = _letters(name), _letters(other)
    if not left or not right or abs(len(left) - len(right)) > _SHORTEST:
        return None
    return _edits(left, right)


def _letters(name: str) -> str:
    without = "".join(c for c in unicodedata.normalize("NFKD", plain(name)) if not unicodedata.combining(c))
    return _NOT_A_LETTER.sub("", without)[:100]


def _edits(left: str, right: str) -> int:
    """Letters inserted, deleted, replaced, or two that are swapped (optimal string alignment)."""
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
