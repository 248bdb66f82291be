"""The rows of an edited export, read back: cells by input and line, exactly as they were typed."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from sluice.cli.rejects.export import LEADING, MORE
from sluice.cli.spreadsheet import unquoted
from sluice.errors import ConfigError

DELIMITERS = (",", ";", "\t")  # spreadsheets of some countries save with others than they opened


def read_edits(name: str) -> dict[tuple[int, int], Mapping[str, str]]:
    """The rows of FILE. Raises ConfigError, with the line, where that is not an export or cannot be read."""
    with _opened(Path(name)) as file:
        rows = csv.reader(file, delimiter=_delimiter(name, file), strict=True)
        try:
            head = next(rows, [])
            _check_head(name, head)
            edits: dict[tuple[int, int], Mapping[str, str]] = {}
            for row in rows:
                if row:
                    place, cells = _row(f"{name}:{rows.line_num}", head, row)
                    if place in edits:
                        raise ConfigError(f"{name}:{rows.line_num}: input {place[0]}, line {place[1]} is there twice.")
                    edits[place] = cells
        except csv.Error as error:
            raise ConfigError(f"{name}:{rows.line_num}: not CSV: {error}.") from error
    if not edits:
        raise ConfigError(f"{name} has no rows.")
    return edits


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 (byte {error.start + 1}): save it as `CSV UTF-8`.") from error


def _delimiter(name: str, file: TextIO) -> str:
    start = file.readline()
    file.seek(0)
    found = [
        mark for mark in DELIMITERS if start.lstrip('"').startswith((f"{LEADING[0]}{mark}", f'{LEADING[0]}"{mark}'))
    ]
    if not found:
        raise ConfigError(
            f"{name}:1: it must begin with the columns {', '.join(LEADING[:2])} of `sluice rejects export`."
        )
    return found[0]


def _check_head(name: str, head: list[str]) -> None:
    if head[: len(LEADING[:2])] != [*LEADING[:2]]:
        raise ConfigError(
            f"{name}:1: it must begin with the columns {', '.join(LEADING[:2])} of `sluice rejects export`."
        )
    twice = sorted({each for each in head if head.count(each) > 1})
    if twice:
        raise ConfigError(f"{name}:1: the column {twice[0]!r} is there twice.")


def _row(where: str, head: list[str], row: list[str]) -> tuple[tuple[int, int], dict[str, str]]:
    if len(row) != len(head):
        raise ConfigError(f"{where}: the row has {len(row)} fields, the header has {len(head)}.")
    given = dict(zip(head, row, strict=True))
    try:
        place = int(given.pop(LEADING[0])), int(given.pop(LEADING[1]))
    except ValueError:
        raise ConfigError(f"{where}: _input and _line must be the numbers of the export.") from None
    # a value that was exported with NUL (it may be in JSON) is left as it is, and its row is refused for it again
    cells = {name: unquoted(cell) for name, cell in given.items() if name not in LEADING and "\0" not in cell}
    if cells.pop(MORE, ""):
        raise ConfigError(
            f"{where}: the row has more values than columns. Move them to their columns, and empty {MORE}."
        )
    return place, cells
