"""An independent count of call logs: what a load must come to, worked out record by record.

It imports nothing of Sluice: the csv module splits, and where that refuses a file in its strict mode, `records` does;
`call_rules` judges. Slow and simple on purpose, so that the engine has something to be measured against. A line ends
at LF, CR LF or a lone CR.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.kit.call_rules import COLUMNS, Key, RowError, Values, typed
from tests.kit.records import records_of

if TYPE_CHECKING:
    from psycopg2 import extensions

TABLE = """
    select call_date, customer_id, call_destination, call_cost_usd, call_duration_s, _input_id, _line
    from customer_call_logs
"""
LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
SHOWN = 20


class Winner(NamedTuple):
    """The record that must be in the table for its key."""

    values: Values
    file: str
    line: int


class Refusal(NamedTuple):
    """`line` is the first physical line of the record, counted from 1, header included."""

    file: str
    line: int
    code: str


@dataclass
class Outcome:
    """read = loaded + duplicate + rejected. `rows` are the rows that must be in the table, by key."""

    read: int = 0
    duplicate: int = 0
    rows: dict[Key, Winner] = field(default_factory=dict)
    rejects: list[Refusal] = field(default_factory=list)

    @property
    def loaded(self) -> int:
        return len(self.rows)

    @property
    def rejected(self) -> int:
        return len(self.rejects)

    def add(self, key: Key, row: Winner) -> None:
        """Records come by (file order, line), and the lowest has the key."""
        winner = self.rows.setdefault(key, row)
        if winner is row:
            return
        if winner.values == row.values:
            self.duplicate += 1
        else:
            self.rejects.append(Refusal(row.file, row.line, "key_conflict"))


def count_call_logs(paths: Sequence[Path]) -> Outcome:
    """Count the files in the order given. They are told apart by name: ValueError if two have the same."""
    if len({path.name for path in paths}) != len(paths):
        raise ValueError("Two of the files have the same name.")
    outcome = Outcome()
    for path in paths:
        for line, header, cells, fault in _records(path):
            outcome.read += 1
            try:
                key, values = _typed(header, cells, fault)
            except RowError as bad:
                outcome.rejects.append(Refusal(path.name, line, str(bad)))
            else:
                outcome.add(key, Winner(values, path.name, line))
    return outcome


def _typed(header: list[str], cells: list[str], fault: str | None) -> tuple[Key, Values]:
    """Raises RowError with what is wrong with the record."""
    if fault is not None:
        raise RowError(fault)
    if [cell.strip().lower() for cell in cells] == header:
        raise RowError("repeated_header")
    return typed(header, cells)


def _records(path: Path) -> Iterator[tuple[int, list[str], list[str], str | None]]:
    """(line, header, cells, fault of the quotes) of every record; a blank line is none."""
    header: list[str] = []
    for line, cells, fault in _closely(path) if _has_faults(path) else _split(path):
        if header:
            yield line, header, cells, fault
        else:
            header = [name.strip().lower() for name in cells]
            if missing := sorted(set(COLUMNS) - set(header)):
                raise ValueError(f"{path.name}: the header lacks {missing}.")


def _has_faults(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            for _ in csv.reader(_lines(file), strict=True):
                pass
        except csv.Error:
            return True
    return False


def _split(path: Path) -> Iterator[tuple[int, list[str], None]]:
    with path.open("rb") as file:
        reader = csv.reader(_lines(file))
        line = 1
        for cells in reader:
            if cells:
                yield line, cells, None
            line = reader.line_num + 1


def _closely(path: Path) -> Iterator[tuple[int, list[str], str | None]]:
    text = path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    for record in records_of(text):
        yield record.fault_line or record.line, record.fields, record.fault


def _lines(raw: Iterable[bytes]) -> Iterator[str]:
    """Physical lines without the byte order mark; bytes that are not UTF-8 become lone surrogates."""
    for n, chunk in enumerate(raw):
        data = chunk.removeprefix(b"\xef\xbb\xbf") if n == 0 else chunk
        for line in LINE.findall(data) if b"\r" in data else [data]:
            yield line.decode("utf-8", "surrogateescape")


def compare_with_table(outcome: Outcome, connection: extensions.connection) -> list[str]:
    """How the table customer_call_logs differs from the outcome: a line for each difference, [] for none.

    Keys, values and lines must be equal, and each `_input_id` must stand for one file and each file for
    one `_input_id`. Rows are read through a server-side cursor; of many differences the first are listed.
    """
    differences: list[str] = []
    seen: set[Key] = set()
    files: dict[object, str] = {}
    with connection.cursor("independent_count", withhold=True) as cursor:
        cursor.itersize = 20_000
        cursor.execute(TABLE)
        for *parts, cost, duration_s, input_id, line in cursor:
            key, values = Key(*parts), Values(cost, duration_s)
            winner = outcome.rows.get(key)
            if winner is None:
                differences.append(f"{_shown(key)}: is in the table and must not be.")
                continue
            if key in seen:
                differences.append(f"{_shown(key)}: is in the table more than once.")
            seen.add(key)
            found = Winner(values, files.setdefault(input_id, winner.file), line)
            if found != winner:
                differences.append(f"{_shown(key)}: {_told(found)} in the table, must be {_told(winner)}.")
    differences += [f"{_shown(key)}: is not in the table." for key in outcome.rows if key not in seen]
    if len(set(files.values())) != len(files):
        differences.append(f"Several inputs hold rows of one file: {files}.")
    if len(differences) > SHOWN:
        return [*differences[:SHOWN], f"and {len(differences) - SHOWN} more."]
    return differences


def _shown(key: Key) -> str:
    return f"{key.call_date.isoformat()} {key.customer_id} {key.call_destination!r}"


def _told(row: Winner) -> str:
    return f"{row.values.call_cost_usd} USD {row.values.call_duration_s} s ({row.file}:{row.line})"
