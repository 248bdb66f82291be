"""The first look at a file: its format, its encoding, where its table begins, and the names of its columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sluice.engine.declare import Files
from sluice.engine.formats.csv.header import CsvOptions, read_dialect
from sluice.engine.formats.jsonl.dialect import looks_like_jsonl
from sluice.engine.formats.known import limits
from sluice.engine.formats.text.source import UTF8_MARK, Source
from sluice.engine.propose.layout.described import ANY, CSV, JSON_LINES, FileLook, Options, named
from sluice.engine.propose.layout.encoding import Bytes, encoding_for
from sluice.engine.propose.layout.names import distinct, unusable
from sluice.engine.propose.layout.parquet import parquet
from sluice.engine.propose.layout.table import TableLayout, find_table
from sluice.engine.propose.layout.workbook import workbook
from sluice.engine.sources.files.opening import opened
from sluice.errors import DataError

_HEAD = 1 << 18


def look_at(uri: str, options: Options, encoding: str | None = None) -> FileLook:
    """Look at a file. `encoding` is the one that was found, if it is not UTF-8. Raises DataError, ConfigError."""
    source = Files("*", encoding=options.encoding or encoding, delimiter=options.delimiter)
    with named(uri):
        if (typed := parquet(uri, source) or workbook(uri, source, options)) is not None:
            return typed
        with _not_packed_parquet(), opened(uri, source, ANY) as text:
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
    with opened(uri, Files("*"), ANY) as text:
        stream = text.stream
        return encoding_for(Bytes.of(iter(lambda: stream.read(1 << 20), b"")), uri)


def is_ascii(uri: str) -> bool:
    """Whether a file has no character beyond ASCII, so that it is the same text in UTF-8 and in other encodings."""
    with opened(uri, Files("*"), ANY) as text:
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
        names = distinct(found.declared)
        source = _delimited(uri, replace(source, header=names), found.delimiter)
        why = f"the header has {len(found.declared) - 1} names for {found.width} columns"
        return FileLook(uri, CSV, source, names, found.before[:-1], found.skip - 1, renamed=why)
    if found.header is None and found.width:
        names = tuple(f"column_{i}" for i in range(1, found.width + 1))
        source = _delimited(uri, replace(source, header=names), found.delimiter)
        return FileLook(uri, CSV, source, names, found.before, found.skip, headless=True)
    source = _delimited(uri, source, found.delimiter)
    with opened(uri, source, ANY) as text:
        dialect = read_dialect(Source(text.stream), limits(), csv_options(source))
    names, why = dialect.header, unusable(dialect.header)
    if why:
        names = distinct(dialect.header)
        source = replace(source, skip=dialect.body_line - 1, header=names)
    return FileLook(uri, CSV, source, names, found.before, found.skip, renamed=why)


def _delimited(uri: str, source: Files, delimiter: str) -> Files:
    """The declaration with its delimiter, where a run would not detect the same one."""
    if source.delimiter is not None:
        return source
    try:
        with opened(uri, source, ANY) as text:
            detected = read_dialect(Source(text.stream), limits(), csv_options(source)).delimiter
    except DataError:
        detected = ""
    return source if detected == delimiter else replace(source, delimiter=delimiter)
