"""The rejects of a run that a replay takes, each with its corrected record, and why others are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from sluice.engine.declare import Flow
from sluice.engine.formats.known import Record
from sluice.engine.ledger.rejects.replayed import ReplayInput
from sluice.engine.rows.contract import Contract
from sluice.engine.steps.again.replay.lists import records_gone
from sluice.engine.steps.again.replay.rows import RefusedRow, RefusedRows, corrected, place_of, refused_rows
from sluice.errors import ConfigError

Edits = Mapping[tuple[int, int], Mapping[str, str]]  # by input and line: cells by the name of their column


@dataclass(frozen=True)
class Wanted:
    """Which rejects, and their corrections. With `edits` only its rows. `sets` are values by column, for rows that have
    the values of `where`."""

    code: str | None = None
    column: str | None = None
    sets: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    edits: Edits | None = None


class ChosenRow(NamedTuple):
    """A row to load: its line in the file, its record, and the column and code that it was refused for."""

    line: int
    record: str
    column: str | None
    code: str


@dataclass(frozen=True)
class Chosen:
    """The rows of an input to load. `left_out` counts the others by why, `first` is the first line of each. `lines` are
    those of its rejects, where edited rows are compared with them, `names` its columns. It `lacks` a column of
    `--set` or `--where`: then all its rows are left out."""

    of: ReplayInput
    records: Record
    rows: list[ChosenRow]
    left_out: Counter[str]
    first: dict[str, int]
    lines: set[int]
    names: list[str]
    lacks: ConfigError | None = None


def choose(of: ReplayInput, flow: Flow, contract: Contract, wanted: Wanted) -> Chosen:
    """The rows of an input that a replay takes."""
    batches = refused_rows(of, flow, contract, code=wanted.code, column=wanted.column)
    first = next(batches)
    lacks = _lacks({**wanted.sets, **wanted.where}, first, flow)
    sets, where = (_by_place(given, first, flow) for given in (wanted.sets, wanted.where))
    chosen = Chosen(of, first.records, [], Counter(), {}, set(), first.names, lacks)
    for found in chain([first], batches):
        if wanted.edits is not None:
            chosen.lines.update(row.line for row in found.rows)
        gone = records_gone(flow, of.input, [row.line for row in found.rows])
        for row, edit in _asked(found, wanted):
            try:
                if (why := lacks or gone.get(row.line)) is not None:
                    raise why
                record = _record(row, edit, sets, where, found)
            except ConfigError as error:
                chosen.left_out[str(error)] += 1
                chosen.first.setdefault(str(error), row.line)
            else:
                if record is not None:
                    chosen.rows.append(ChosenRow(row.line, record, row.reject.column, row.reject.code))
    return chosen


def refuse_unknown_column(lacking: Sequence[ConfigError | None]) -> None:
    """Raise ConfigError for a column that no input has. One of several types of records may have it alone."""
    lacks = [each for each in lacking if each is not None]
    if lacks and len(lacks) == len(lacking):
        raise lacks[0]


def matching_lines(of: ReplayInput, flow: Flow, contract: Contract, wanted: Wanted) -> list[int] | ConfigError:
    """The lines of rejects with the values of `where`, as they were read; or which column the input does not have."""
    batches = refused_rows(of, flow, contract, code=wanted.code, column=wanted.column)
    first = next(batches)
    lacks = _lacks(wanted.where, first, flow)
    if lacks is not None:
        return lacks
    where = _by_place(wanted.where, first, flow)
    return [
        row.line
        for found in chain([first], batches)
        for row in found.rows
        if row.cells is not None and all(at < len(row.cells) and row.cells[at] == value for at, value in where.items())
    ]


def _asked(found: RefusedRows, wanted: Wanted) -> Iterator[tuple[RefusedRow, Mapping[str, str]]]:
    for row in found.rows:
        edit = {} if wanted.edits is None else wanted.edits.get((found.of.input, row.line))
        if edit is not None:
            yield row, edit


def _record(
    row: RefusedRow, edit: Mapping[str, str], sets: Mapping[int, str], where: Mapping[int, str], found: RefusedRows
) -> str | None:
    """The corrected record; None for a row that does not have the values of `where`.

    Raises ConfigError for one that is left out.
    """
    cells = _edited(row, edit, found)
    now = {**dict(enumerate(row.cells or [])), **cells}
    if any(now.get(at, "") != value for at, value in where.items()):
        return None
    if found.of.undone_by is not None:
        raise ConfigError(
            f"run {found.of.undone_by} has undone its file: give the file again, and replay what is refused then"
        )
    if row.reject.state == "fixed":
        raise ConfigError(f"run {row.reject.by_run} has loaded it already")
    if row.reject.state == "dismissed":
        raise ConfigError("it is dismissed: `sluice rejects dismiss RUN --undo` makes it open again")
    if row.reject.state == "open":
        raise ConfigError(f"run {row.reject.by_run} is loading it: sluice status {row.reject.by_run}")
    return corrected(row, cells | dict(sets), found)


def _edited(row: RefusedRow, edit: Mapping[str, str], found: RefusedRows) -> dict[int, str]:
    """The cells that differ from those which an export shows. If it cannot show them one by one, all of them, if one
    differs."""
    old = dict(enumerate(row.cells or []))
    given = {at: edit[name] for at, name in enumerate(found.names) if name in edit}
    changed = {at: cell for at, cell in given.items() if cell != old.get(at, "")}
    return given if changed and not row.split else changed


def _lacks(given: Iterable[str], found: RefusedRows, flow: Flow) -> ConfigError | None:
    """The first of these columns that the input does not have, in words."""
    unknown = [name for name in given if place_of(name, found.records, flow) is None]
    if not unknown:
        return None
    return ConfigError(f"{found.of.uri} has no column {unknown[0]!r}; it has: {', '.join(found.records.header)}.")


def _by_place(given: Mapping[str, str], found: RefusedRows, flow: Flow) -> dict[int, str]:
    places = {name: place_of(name, found.records, flow) for name in given}
    return {at: given[name] for name, at in places.items() if at is not None}
