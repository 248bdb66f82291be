"""A CSV file for spreadsheets and other programs: complete or absent, and without a cell that could be a formula."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from sluice.engine.base.whole_file import whole_file
from sluice.errors import ConfigError

STDOUT = "-"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run it: OWASP, "CSV injection"


def write_csv(sink: TextIO, head: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write a header and rows as RFC 4180 CSV. Returns how many rows."""
    writer = csv.writer(sink)
    writer.writerow(head)
    number = 0
    for number, row in enumerate(rows, 1):  # noqa: B007 - the last number is what is returned
        writer.writerow([_harmless(cell) for cell in row])
    return number


def quoted(cell: str) -> str:
    """A cell that `unquoted` gives back exactly, after `write_csv`."""
    return f"'{cell}" if cell.startswith("'") else cell


def unquoted(cell: str) -> str:
    """A cell of a file that was written by `write_csv` and `quoted`."""
    return cell.removeprefix("'")


def refuse_json_on(to: str, option: str, *, as_json: bool) -> None:
    """Raise ConfigError when --json is given and an option (or an argument, "") names standard output."""
    if as_json and to == STDOUT:
        what = " ".join(filter(None, (option, STDOUT)))
        raise ConfigError(f"--json and {what} both need standard output: give a file, or omit --json.")


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


@contextmanager
def new_file(name: str, *, force: bool) -> Iterator[TextIO]:
    """Where to write `name`: a temporary file in the same folder that gets its name in the end, or stdout for `-`.

    Raises ConfigError for a file that is there already (unless `force`), and what `whole_file` raises.
    """
    if name == STDOUT:
        with _stdout() as sink:
            yield sink
        return
    with whole_file(_free(name, force=force)) as file, _text(file) as sink:
        yield sink


def _text(file: BinaryIO) -> TextIO:
    return io.TextIOWrapper(io.BufferedWriter(file), encoding="utf-8", newline="")


def _free(name: str, *, force: bool) -> Path:
    """The path to write to. A link leads to its file: replacing the link is not what is meant."""
    path = Path(os.path.realpath(name))
    if path.exists() and not path.is_file():
        raise ConfigError(f"{path} is not a regular file; - is standard output.")
    if path.exists() and not force:
        raise ConfigError(f"{path} is there already: --force overwrites it.")
    return path


@contextmanager
def _stdout() -> Iterator[TextIO]:
    """Standard output as UTF-8, without conversion of line ends."""
    sys.stdout.flush()
    sink = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=False)
    try:
        yield sink
        sink.flush()
    finally:
        with suppress(OSError, ValueError):
            sink.detach()
