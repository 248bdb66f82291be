"""All rows of a file as columns of text, in one pass, as a run would cut them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa

from sluice.engine.formats.csv.dialect import Dialect
from sluice.engine.formats.csv.header import read_dialect
from sluice.engine.formats.csv.parse import parse_part
from sluice.engine.formats.csv.records import count_records
from sluice.engine.formats.jsonl.plan import read_keys
from sluice.engine.formats.jsonl.values import InvalidLine, Value, check_value, read_object, read_text
from sluice.engine.formats.known import limits
from sluice.engine.formats.text.header import LINE, HeaderMatch, plain
from sluice.engine.formats.text.lines import BLANK, count_lines, is_record
from sluice.engine.formats.text.rejects import RowReject, show
from sluice.engine.formats.text.source import Source
from sluice.engine.propose.layout.blocks import Block, Piece, pieces
from sluice.engine.propose.layout.described import OBJECTS, FileLook, named
from sluice.engine.propose.layout.look import csv_options
from sluice.engine.sources.files.opening import opened


def blocks_of(file: FileLook) -> Iterator[Block]:
    """The rows of a file. Columns of JSON lines are in a block only if a record has them. Raises DataError."""
    with named(file.uri), opened(file.uri, file.source, file.table) as text:
        source = Source(text.stream)
        if file.format in OBJECTS:
            yield from _json_blocks(source, file)
            return
        dialect = read_dialect(source, limits(), csv_options(text.source))
        if text.encoding is not None:
            dialect = Dialect(**dialect.__dict__ | {"encoding": text.encoding})
        match = HeaderMatch({name: at for at, name in enumerate(dialect.header)}, ())
        for piece in pieces(source, dialect.body_line, partial(count_records, rules=dialect.quotes)):
            yield _csv_block(piece, dialect, match)


def _csv_block(piece: Piece, dialect: Dialect, match: HeaderMatch) -> Block:
    first, read, sound = piece.first_line, piece.read, piece.sound
    parsed = parse_part(
        piece.data, dialect=dialect, match=match, first_line=first, read=read, well_quoted=sound, limits=limits()
    )
    columns = {name: parsed.rows.column(name).combine_chunks() for name in match.positions}
    return Block(columns, parsed.rows.column(LINE).to_numpy(), parsed.rejects)


def _json_blocks(source: Source, file: FileLook) -> Iterator[Block]:
    longest = limits().max_record_bytes
    dialect = read_keys(source, 0, limits())
    for piece in pieces(source, dialect.body_line, partial(count_lines, longest=longest)):
        yield _Objects(file.source.encoding).block(piece)


class _Objects:
    """The objects of some lines as columns: of keys that differ in case or blanks only, one column."""

    def __init__(self, encoding: str | None) -> None:
        self._encoding = encoding
        self._longest = limits().max_record_bytes
        self._lines: list[int] = []
        self._cells: dict[str, list[str | None]] = {}
        self._names: dict[str, str] = {}
        self._nested: dict[str, int] = {}
        self._places: dict[str, int] = {}
        self._rejects: list[RowReject] = []

    def block(self, piece: Piece) -> Block:
        """The rows of a piece."""
        for number, line in enumerate(piece.data.split(b"\n"), piece.first_line):
            if is_record(line, self._longest):
                self._add(line, number)
        rows = len(self._lines)
        columns = {}
        for key, cells in self._cells.items():
            absent: list[str | None] = [None] * (rows - len(cells))
            columns[self._names[key]] = pa.array(cells + absent, pa.string())
        return Block(columns, np.array(self._lines, np.int64), self._rejects, self._nested, self._places)

    def _add(self, line: bytes, number: int) -> None:
        try:
            pairs = read_object(read_text(line, self._longest, self._encoding).strip(BLANK.decode()))
            keys = [plain(key) for key, _ in pairs]
            if len(set(keys)) < len(keys):
                raise InvalidLine(None, "duplicate_key", "A key is in the object twice.")
            for key, value in pairs:
                if not isinstance(value, tuple | list):
                    check_value(key, value)
        except InvalidLine as invalid:
            raw = show(line.removesuffix(b"\r"))
            self._rejects.append(RowReject(number, invalid.column, invalid.code, invalid.reason, raw))
            return
        row = len(self._lines)
        self._lines.append(number)
        for place, (key, (name, value)) in enumerate(zip(keys, pairs, strict=True)):
            self._note(key, name, place, row, value)

    def _note(self, key: str, name: str, place: int, row: int, value: Value) -> None:
        first = self._names.setdefault(key, name)
        self._names[key] = min(first, name)
        self._places[key] = min(self._places.get(key, place), place)
        cells = self._cells.setdefault(key, [])
        if isinstance(value, tuple | list):
            self._nested[key] = self._nested.get(key, 0) + 1
            value = None
        cells += [None] * (row - len(cells))
        cells.append(("true" if value else "false") if isinstance(value, bool) else value)
