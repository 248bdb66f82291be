"""Identifiers of 128 bits."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from sluice.engine.types.base import ColumnType, Int64s, Mask, Parsed
from sluice.engine.types.cells import Bytes, Cells, Invalid, column, one_by_one

_SIZE, _LENGTH = 16, 36
_HYPHENS = (8, 13, 18, 23)
_DIGITS = np.array([at for at in range(_LENGTH) if at not in _HYPHENS])
_NO_DIGIT = 16
_VALUES = np.full(256, _NO_DIGIT, np.uint8)
for _digit in "0123456789abcdefABCDEF":
    _VALUES[ord(_digit)] = int(_digit, 16)
_OTHER = re.compile(r"\{?([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9a-fA-F]{32})\}?")
_NOT_UUID = Invalid(
    "not_uuid", "'{value}' is not a UUID: 32 hexadecimal digits, in groups of 8-4-4-4-12 or without hyphens."
)


@dataclass(frozen=True)
class Uuid(ColumnType):
    """A UUID: 32 hexadecimal digits in any case, with all hyphens or with none, with or without braces. Rejects:
    `not_uuid`."""

    comparable: ClassVar[bool] = False

    @property
    def pg_type(self) -> str:
        return "uuid"

    @property
    def arrow(self) -> pa.DataType:
        return pa.binary(_SIZE)

    def renders(self, value: bytes) -> str:
        """With hyphens, in small letters."""
        return str(uuid.UUID(bytes=value))

    def parse(self, text: pa.Array) -> Parsed:
        cells = Cells.of(text)
        values, present = np.zeros((len(text), _SIZE), np.uint8), np.zeros(len(text), np.bool_)
        usual = np.flatnonzero(cells.lengths == _LENGTH)
        read, good = _read_usual(cells, usual)
        values[usual[good]], present[usual[good]] = read[good], True
        others = one_by_one(text, ~present & ~cells.empty, _read, trimmed=True)
        rows, accepted = others.accepted()
        if len(rows):
            values[rows], present[rows] = np.frombuffer(b"".join(accepted), np.uint8).reshape(-1, _SIZE), True
        return Parsed(column(values, present, self.arrow), others.refused(len(text)))


def _read_usual(cells: Cells, rows: Int64s) -> tuple[Bytes, Mask]:
    """The bytes of cells of 36 characters, and which of them are UUIDs with hyphens."""
    starts = cells.starts[rows]
    good = np.ones(len(rows), np.bool_)
    for at in _HYPHENS:
        good &= cells.data[starts + at] == ord("-")
    digits = _VALUES[cells.data[starts[:, None] + _DIGITS]]
    good &= (digits != _NO_DIGIT).all(axis=1)
    return (digits[:, 0::2] << 4) | (digits[:, 1::2] & 0x0F), good


def _read(text: str) -> bytes | Invalid:
    found = _OTHER.fullmatch(text)
    if found is None or text.startswith("{") != text.endswith("}"):
        return _NOT_UUID
    return bytes.fromhex(found[1].replace("-", ""))
