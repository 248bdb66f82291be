"""The first look at a file: its format, its encoding, where its table begins, and the names of its columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from sluice.engine.declare import Column, Files, Table
from sluice.engine.formats.csv.header import CsvOptions, read_dialect
from sluice.engine.formats.jsonl.dialect import looks_like_jsonl
from sluice.engine.formats.known import archive_format, limits
from sluice.engine.formats.parquet.read import is_parquet, names_of_parquet
from sluice.engine.formats.spelled.arrow import check_kind
from sluice.engine.formats.text.header import LINE, plain
from sluice.engine.formats.text.source import UTF8_MARK, Source
from sluice.engine.propose.layout.encoding import Bytes, encoding_for
from sluice.engine.propose.layout.table import TableLayout, find_table
from sluice.engine.sources.files.opening import opened
from sluice.engine.storage import open_input, split_member
from sluice.engine.types import Bytes as Octets
from sluice.engine.types import Json, Text
from sluice.errors import ConfigError, DataError

CSV, JSON_LINES, PARQUET, EXCEL = "CSV", "JSON lines", "Parquet", "Excel"
_HEAD = 1 << 18
_ANY = Table("any_table", key=("a",), columns=[Column("a", Text(), required=True)])  # nothing is requested by it


@dataclass(frozen=True)
class Options:
    """What the user knows about the files: an encoding, a delimiter, and whether they have a header."""

    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None


@dataclass(frozen=True)
class FileLook:
    """A file as it is read: `source` has the options to declare, `names` are those of its columns.

    `left_out` are columns that no table can have, each with the reason; `kinds` are the types of a Parquet file.
    `before` are the texts of the `skip` lines before the table, `renamed` is why its header is not used.
    """

    uri: str
    format: str
    source: Files
    names: tuple[str, ...]
    before: tuple[str, ...] = ()
    skip: int = 0
    headless: bool = False
    renamed: str = ""
    left_out: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, pa.DataType] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """A table that requests all columns as text."""
        if self.format != PARQUET:
            return _ANY
        columns = [Column(f"c{i}", Text(), header=name, required=i == 0) for i, name in enumerate(self.names)]
        return Table("any_table", key=("c0",), columns=columns)


@contextmanager
def named(uri: str) -> Iterator[None]:
    """Errors about a file name it."""
    try:
        yield
    except DataError as error:
        raise DataError(error.code, f"{uri}: {error.reason}") from error


def look_at(uri: str, options: Options, encoding: str | None = None) -> FileLook:
    """Look at a file. `encoding` is the one that was found, if it is not UTF-8. Raises DataError, ConfigError."""
    source = Files("*", encoding=options.encoding or encoding, delimiter=options.delimiter)
    with named(uri):
        if (parquet := _parquet(uri, source)) is not None:
            return parquet
        _refuse_workbook(uri)
        with _not_packed_parquet(), opened(uri, source, _ANY) as text:
            head = Source(text.stream).peek(_HEAD)
            source = replace(source, encoding=source.encoding if text.encoding is None or source.encoding else None)
        whole = len(head) < _HEAD
        if source.encoding is None and not _is_utf8(head, whole=whole) and (found := find_encoding(uri)):
            return look_at(uri, options, found)
        head = head.removeprefix(UTF8_MARK)
        if looks_like_jsonl(head):
            return FileLook(uri, JSON_LINES, replace(source, delimiter=None), ())
        layout = find_table(head, whole=whole, delimiter=options.delimiter, header=options.header)
        return _csv(uri, source, layout)


@contextmanager
def _not_packed_parquet() -> Iterator[None]:
    """Text is not searched for columns when it is opened: only a binary file in a compressed one can lack them."""
    try:
        yield
    except DataError as error:
        if error.code != "missing_header":
            raise
        raise DataError(
            "unsupported", "It is a Parquet file or a workbook in a compressed file; unpack it first."
        ) from error


def find_encoding(uri: str) -> str | None:
    """The encoding of a file, from all of its bytes; None for UTF-8. Raises ConfigError where it cannot be known."""
    with opened(uri, Files("*"), _ANY) as text:
        stream = text.stream
        return encoding_for(Bytes.of(iter(lambda: stream.read(1 << 20), b"")), uri)


def is_ascii(uri: str) -> bool:
    """Whether a file has no character beyond ASCII, so that it is the same text in UTF-8 and in other encodings."""
    with opened(uri, Files("*"), _ANY) as text:
        return all(block.isascii() for block in iter(lambda: text.stream.read(1 << 20), b""))


def csv_options(source: Files) -> CsvOptions:
    """The options of a CSV file's declaration."""
    return CsvOptions(
        source.delimiter,
        source.skip,
        source.header,
        header_once=source.header_once,
        quote=source.quote,
        escape=source.escape,
        footer=source.footer,
    )


def _is_utf8(head: bytes, *, whole: bool) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return not whole and error.start > len(head) - 4
    return True


def _csv(uri: str, source: Files, found: TableLayout) -> FileLook:
    if found.width > limits().max_columns:
        raise DataError(
            "header_too_long", f"The table has {found.width:,} columns, the limit is {limits().max_columns:,}."
        )
    source = replace(source, skip=found.skip)
    if found.declared:
        names = _distinct(found.declared)
        source = _delimited(uri, replace(source, header=names), found.delimiter)
        why = f"the header has {len(found.declared) - 1} names for {found.width} columns"
        return FileLook(uri, CSV, source, names, found.before[:-1], found.skip - 1, renamed=why)
    if found.header is None and found.width:
        names = tuple(f"column_{i}" for i in range(1, found.width + 1))
        source = _delimited(uri, replace(source, header=names), found.delimiter)
        return FileLook(uri, CSV, source, names, found.before, found.skip, headless=True)
    source = _delimited(uri, source, found.delimiter)
    with opened(uri, source, _ANY) as text:
        dialect = read_dialect(Source(text.stream), limits(), csv_options(source))
    names, why = dialect.header, _unusable(dialect.header)
    if why:
        names = _distinct(dialect.header)
        source = replace(source, skip=dialect.body_line - 1, header=names)
    return FileLook(uri, CSV, source, names, found.before, found.skip, renamed=why)


def _delimited(uri: str, source: Files, delimiter: str) -> Files:
    """The declaration with its delimiter, where a run would not detect the same one."""
    if source.delimiter is not None:
        return source
    try:
        with opened(uri, source, _ANY) as text:
            detected = read_dialect(Source(text.stream), limits(), csv_options(source)).delimiter
    except DataError:
        detected = ""
    return source if detected == delimiter else replace(source, delimiter=delimiter)


def _unusable(header: tuple[str, ...]) -> str:
    """Why columns cannot be read by the names of this header; empty if they can."""
    names = [plain(name) for name in header]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        return f"the header has {', '.join(map(repr, twice))} more than once"
    if names.count("") > 1:
        return "several columns have no name"
    return f"a column is named {LINE}, which is reserved" if LINE in names else ""


def _distinct(header: tuple[str, ...]) -> tuple[str, ...]:
    """The names, each of them once."""
    taken: set[str] = {LINE}
    names = []
    for at, name in enumerate(header, 1):
        base = name if plain(name) else f"column_{at}"
        number, new = 1, base
        while plain(new) in taken:
            number += 1
            new = f"{base}_{number}"
        taken.add(plain(new))
        names.append(new)
    return tuple(names)


def _parquet(uri: str, source: Files) -> FileLook | None:
    """A Parquet file; None for any other. Inside a compressed file it is seen as its requested columns are."""
    _, member = split_member(uri)
    with open_input(uri) as file:
        if member is not None or not is_parquet(file.read(1 << 10)):
            return None
        file.seek(0)
        return _of_schema(uri, source, _schema(file))


def _refuse_workbook(uri: str) -> None:
    """Raise DataError for a workbook, which can be loaded, and for which nothing is proposed."""
    _, member = split_member(uri)
    with open_input(uri) as file:
        if member is None and archive_format(file) is not None:
            raise DataError(
                "unsupported",
                "It is an Excel workbook, for which no pipeline is proposed. Save its sheet as CSV (UTF-8), propose one"
                " from that, and put Files('*.xlsx', sheet='NAME') in it.",
            )


def _schema(file: BinaryIO) -> pa.Schema:
    names_of_parquet(file)  # a broken file is refused with its reason
    file.seek(0)
    return pq.read_schema(file)


def _of_schema(uri: str, source: Files, schema: pa.Schema) -> FileLook:
    names = [plain(name) for name in schema.names]
    left_out = {}
    for each in schema:
        try:
            check_kind(each.name, each.type, Text())
        except DataError:
            left_out[each.name] = f"its values are {each.type}{_taken_by(each.name, each.type)}"
        if pa.types.is_binary(each.type) or pa.types.is_large_binary(each.type):
            left_out[each.name] = "its values are binary, which a column of Bytes() takes"
        if names.count(plain(each.name)) > 1:
            left_out[each.name] = "several columns have this name"
    kept = tuple(name for name in schema.names if name not in left_out)
    if not kept:
        raise ConfigError(f"{uri}: none of its columns has single values: {', '.join(left_out)}.")
    kinds = {each.name: each.type for each in schema if each.name in kept}
    return FileLook(uri, PARQUET, replace(source, delimiter=None, encoding=None), kept, left_out=left_out, kinds=kinds)


def _taken_by(name: str, kind: pa.DataType) -> str:
    """Which type, that is not proposed, takes such values of Parquet."""
    for declared, called in ((Json(), "Json()"), (Octets("hex"), "Bytes()")):
        with suppress(DataError):
            check_kind(name, kind, declared)
            return f", which a column of {called} takes"
    return ", which no type of column takes"
