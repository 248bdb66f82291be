"""A proposal: the files, what was found in them, and what a pipeline's file would declare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from sluice.engine.formats.text.header import plain
from sluice.engine.propose.decide.amounts import certain_point
from sluice.engine.propose.decide.column import decide
from sluice.engine.propose.decide.keys import Keys, find_keys
from sluice.engine.propose.decide.names import column_names
from sluice.engine.propose.decide.reading import Decision
from sluice.engine.propose.decide.stored import stored_type
from sluice.engine.propose.evidence.column import ColumnEvidence
from sluice.engine.propose.evidence.footers import pattern_of
from sluice.engine.propose.evidence.gather import Gathered, gather
from sluice.engine.propose.evidence.hashes import Spill
from sluice.engine.propose.layout.blocks import Block
from sluice.engine.propose.layout.described import CSV, EXCEL, FileLook, Options
from sluice.engine.propose.layout.look import find_encoding, is_ascii, look_at
from sluice.errors import ConfigError, DataError

Tick = Callable[[int], None]


@dataclass(frozen=True)
class Proposed:
    """One column: its header in the file, its name in the table, and what was decided."""

    header: str
    name: str
    decision: Decision
    required: bool = False


@dataclass(frozen=True)
class Group:
    """Files with the same columns, which go into one table. `left_out` are columns without a place in it, with why."""

    files: tuple[FileLook, ...]
    found: Gathered
    columns: tuple[Proposed, ...]
    keys: Keys
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def first(self) -> FileLook:
        """The file whose options are declared."""
        return self.files[0]

    @property
    def key(self) -> tuple[str, ...]:
        """The names of the key's columns; empty if there is none."""
        return self.named(self.keys.best.columns) if self.keys.best else ()

    def named(self, headers: Sequence[str]) -> tuple[str, ...]:
        """The names in the table of columns of the files."""
        names = {each.header: each.name for each in self.columns}
        return tuple(names[header] for header in headers)

    @property
    def open(self) -> tuple[str, ...]:
        """What a person has to choose."""
        return (*(() if self.key else ("key",)), *(each.name for each in self.columns if each.decision.open))


def propose(uris: Sequence[str], options: Options, tick: Tick) -> list[Group]:
    """Read files, and group them by their columns. Raises DataError, ConfigError."""
    looks = [look_at(uri, options) for uri in uris]
    groups: dict[object, list[FileLook]] = {}
    for look in looks:
        same = (
            frozenset(map(plain, look.names)) if look.format in (CSV, EXCEL) and not look.headless else len(look.names)
        )
        groups.setdefault((look.format, same if look.names else look.format), []).append(look)
    return [_group(_alike(files), tick) for files in groups.values()]


def _alike(files: list[FileLook]) -> list[FileLook]:
    """Files with the same columns, with the options that read all of them. Raises ConfigError if there are none."""
    encodings = {file.source.encoding for file in files} - {None}
    ways = {(file.source.skip, file.source.delimiter, tuple(file.source.header or ())) for file in files}
    if len(encodings) > 1 or len(ways) > 1:
        lines = "; ".join(f"{PurePath(file.uri).name}: {file.source.reading}" for file in files)
        raise ConfigError(
            f"These files have the same columns, and have to be read in different ways ({lines}). A source reads all"
            " of its files in one way: name the files of each way in a command of its own, with another --as."
        )
    encoding = next(iter(encodings), None)
    _refuse_mixed([file for file in files if encoding and file.source.encoding is None], encoding)
    return [replace(file, source=replace(file.source, encoding=encoding)) for file in files]


def _refuse_mixed(files: list[FileLook], encoding: str | None) -> None:
    """Raise ConfigError for a file in UTF-8 that would be read with the encoding of another file."""
    for file in files:
        if not is_ascii(file.uri):
            raise ConfigError(
                f"{file.uri} is UTF-8, and another file with the same columns is {encoding}. A source reads all of its"
                " files in one encoding: name the files of each encoding in a command of its own, with another --as."
            )


class _NotUtf8(Exception):
    def __init__(self, uri: str) -> None:
        super().__init__(uri)
        self.uri = uri


def _group(files: list[FileLook], tick: Tick) -> Group:
    with closing(Spill()) as spill:
        try:
            found = gather(files, spill, tick, _refuse_bytes(files))
        except _NotUtf8 as other:
            encoding = find_encoding(other.uri)
            _refuse_mixed([file for file in files if file.uri != other.uri and not find_encoding(file.uri)], encoding)
            files = [replace(file, source=replace(file.source, encoding=encoding)) for file in files]
            found = gather(files, spill, tick, lambda _block, _uri: None)
        if _is_escaped(found):
            escaped = [replace(file, source=replace(file.source, escape="\\")) for file in files]
            again = gather(escaped, spill, tick, lambda _block, _uri: None)
            if again.refused < found.refused:
                files, found = escaped, again
        if not found.rows:
            raise _nothing(files[0].uri, found)
        return _decided(files, found, spill)


def _is_escaped(found: Gathered) -> bool:
    """Whether a row was refused that has a backslash before a quote, as MySQL writes them."""
    refused = [each.first for code, each in found.refusals.items() if code in {"text_after_quote", "unclosed_quote"}]
    return any('\\"' in (each.raw or "") for each in refused)


def _nothing(uri: str, found: Gathered) -> DataError:
    """The error for files of which no record is a row."""
    if not found.refusals:
        return DataError("header_only", f"{uri}: it has no rows, so there is nothing to propose.")
    most = max(found.refusals.values(), key=lambda each: each.count)
    return DataError(
        "nothing_loaded",
        f"{uri}: none of its {found.refused:,} records is a row. {most.count:,} x {most.first.code}, first on line"
        f" {most.first.line:,}: {most.first.reason}",
    )


def _refuse_bytes(files: list[FileLook]) -> Callable[[Block, str], None]:
    """A function that stops the pass at the first row that is not UTF-8, unless the encoding is known."""
    known = any(file.source.encoding for file in files)

    def stop(block: Block, uri: str) -> None:
        if not known and any(reject.code == "invalid_utf8" for reject in block.rejects) and find_encoding(uri):
            raise _NotUtf8(uri)

    return stop


def _decided(files: list[FileLook], found: Gathered, spill: Spill) -> Group:
    left_out = {name: why for file in files for name, why in file.left_out.items()}
    for name in list(found.columns):
        evidence, nested = found.columns[name], found.nested.get(plain(name), 0)
        if nested > evidence.filled:
            left_out[name] = f"{nested:,} rows have an object or an array in it, which a column of Json() takes"
        elif not evidence.filled and (not plain(name) or files[0].headless or plain(name).startswith("column_")):
            left_out[name] = "it has no name and no values"
        if name in left_out:
            del found.columns[name]
    if not found.columns:
        raise ConfigError(f"{files[0].uri}: no column has single values: {', '.join(left_out)}.")
    points = frozenset(filter(None, map(certain_point, found.columns.values())))
    decided = {}
    for name, evidence in found.columns.items():
        kind = files[0].kinds.get(name)
        marks = points if files[0].format == CSV else _point_of_numbers(evidence)
        decided[name] = decide(evidence, marks, stored_type(kind, evidence) if kind is not None else None)
    keys = find_keys(files, found, decided, spill)
    names = dict(zip(found.columns, column_names(list(found.columns)), strict=True))
    required = set(keys.best.columns) if keys.best else set()
    files = [replace(file, source=replace(file.source, footer=_footer(file, found))) for file in files]
    if not files[0].source.footer:
        required |= _against_footers(found, required)
    columns = tuple(Proposed(name, names[name], decided[name], name in required) for name in found.columns)
    return Group(tuple(files), found, columns, keys, left_out)


def _point_of_numbers(evidence: ColumnEvidence) -> frozenset[str]:
    """Numbers of JSON and Parquet have a decimal point. Texts with commas show nothing about it."""
    return frozenset() if any("," in shape for shape, _, _ in evidence.shapes) else frozenset(".")


def _footer(file: FileLook, found: Gathered) -> str | int:
    """The pattern of the totals at the end of all files; 0 where lines have no text that a pattern could fit."""
    return (found.footers and file.format in (CSV, EXCEL) and pattern_of(found.footers)) or 0


def _against_footers(found: Gathered, required: set[str]) -> set[str]:
    """Columns that must be required, so that a total at the end of a file is a reject and not a row."""
    more: set[str] = set()
    for footer in found.footers:
        empty = [name for name, evidence in found.columns.items() if not footer.cells.get(name) and not evidence.empty]
        if empty and not required & set(empty) and not more & set(empty):
            more.add(empty[0])
    return more
