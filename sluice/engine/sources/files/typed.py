"""The records of one type, out of a file whose records belong to several tables.

The other lines are left empty, so that each record keeps its line; those before the first record are counted instead.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator

from sluice.engine.declare.sources.split import OfType
from sluice.engine.formats.jsonl.dialect import looks_like_jsonl
from sluice.engine.formats.text.header import plain
from sluice.engine.formats.text.source import UTF8_MARK, Readable
from sluice.errors import DataError

_BLOCK = 1 << 20
_SHOWN = 40


class Typed:
    """The lines of one type as blocks of text, whose first lines may be missing: `dropped` is their number.

    `records` is the number of its lines, and `left_out` counts those of types that are ignored.
    """

    def __init__(self, stream: Readable, head: bytes, source: OfType) -> None:
        self._stream = stream
        self._source = source
        self._is_json = looks_like_jsonl(head, skip=source.skip)
        self.records = self.dropped = 0
        self.left_out: Counter[str] = Counter()
        self._digest = hashlib.sha256()

    def blocks(self) -> Iterator[bytes]:
        """The text. Raises DataError `unknown_record`, `missing_header`, `no_delimiter`."""
        number, type_of = 0, self._type_of_first() if not self._has_header else None
        pending = 0  # empty lines since the last record
        for number, line in enumerate(self._lines(), 1):
            if number <= self._source.skip:
                yield line
            elif type_of is None:
                type_of = self._type_by(line)
                yield line
            elif self._is_own(type_of(line) if line.strip() else "", line, number):
                if self.records:
                    yield b"\n" * pending
                else:
                    self.dropped = pending
                pending, self.records = 0, self.records + 1
                yield line if line.endswith(b"\n") else line + b"\n"
            else:
                pending += 1

    @property
    def read(self) -> str:
        """The identity of all text that was read, of every type: other types of the file must have the same."""
        return f"text:{self._digest.hexdigest()}"

    @property
    def _has_header(self) -> bool:
        return self._source.by is not None and self._source.header is None and not self._is_json

    def _is_own(self, kind: str, line: bytes, number: int) -> bool:
        if kind == self._source.type:
            return True
        if not line.strip() or kind in self._source.known:
            return False
        if kind in self._source.ignore:
            self.left_out[kind] += 1
            return False
        known = ", ".join(map(repr, [*self._source.known, *self._source.ignore]))
        raise DataError(
            "unknown_record",
            f"Line {number} is a record of the type {kind[:_SHOWN]!r}, which is not declared; declared are {known}. "
            f"Declare it, Record({kind[:_SHOWN]!r}, Table(...)), or leave it out, ignore=({kind[:_SHOWN]!r},).",
        )

    def _lines(self) -> Iterator[bytes]:
        left = b""
        while block := self._stream.read(_BLOCK):
            self._digest.update(block)
            lines = (left + block).split(b"\n")
            left = lines.pop()
            yield from (line + b"\n" for line in lines)
        if left:
            yield left

    def _type_of_first(self) -> Callable[[bytes], str]:
        """How the type of a line is found where no line is a header."""
        if self._is_json:
            return lambda line: _value(line, self._source.by or "", self._source.known[0])
        header = self._source.header or ()
        by = plain(self._source.by or "")
        return self._field(0 if self._source.by is None else [plain(name) for name in header].index(by))

    def _type_by(self, header: bytes) -> Callable[[bytes], str]:
        names = [plain(name) for name in self._cells(header.removeprefix(UTF8_MARK))]
        if plain(self._source.by or "") not in names:
            raise DataError(
                "missing_header", f"The header lacks {self._source.by!r}, the column that says the type of a record."
            )
        return self._field(names.index(plain(self._source.by or "")))

    def _field(self, place: int) -> Callable[[bytes], str]:
        delimiter = self._delimiter()
        mark = delimiter.encode()

        def kind(line: bytes) -> str:
            if b'"' in line:
                cells = self._cells(line)
            else:
                cells = [each.decode(errors="replace") for each in line.rstrip(b"\r\n").split(mark)]
            return cells[place].strip().lstrip("\ufeff") if place < len(cells) else ""

        return kind

    def _cells(self, line: bytes) -> list[str]:
        text = line.decode(errors="replace").rstrip("\r\n")
        return next(csv.reader([text], delimiter=self._delimiter()), [])

    def _delimiter(self) -> str:
        if self._source.delimiter is None:
            raise DataError(
                "no_delimiter", "The file is not JSON lines: declare the delimiter of its fields, Files(delimiter=',')."
            )
        return self._source.delimiter


def _value(line: bytes, key: str, otherwise: str) -> str:
    """The value of a key; a line that is not an object is of the type `otherwise`, whose table refuses it."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return otherwise
    if not isinstance(record, dict):
        return otherwise
    found = {plain(name): value for name, value in record.items()}.get(plain(key))
    return found if isinstance(found, str) else "" if found is None else json.dumps(found)
