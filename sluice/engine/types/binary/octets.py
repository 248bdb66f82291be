"""Bytes, which a text has as hexadecimal digits or as base64."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import ClassVar, Literal

import pyarrow as pa

from sluice.engine.types.base import ColumnType, Parsed
from sluice.engine.types.cells import Invalid, one_by_one
from sluice.errors import ConfigError

_HEX = re.compile(r"(?:\\x|0[xX])?((?:[0-9a-fA-F]{2})*)")
_NOT_HEX = Invalid("not_hex", "'{value}' is not pairs of hexadecimal digits.")
_NOT_BASE64 = Invalid("not_base64", "'{value}' is not base64 (letters, digits, + and /, with its = at the end).")


@dataclass(frozen=True)
class Bytes(ColumnType):
    r"""Bytes, written as pairs of hexadecimal digits (`"hex"`, also behind `\x` or `0x`) or as `"base64"`. Rejects:
    `not_hex`, `not_base64`."""

    form: Literal["hex", "base64"]
    comparable: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.form not in ("hex", "base64"):
            raise ConfigError(f"Bytes({self.form!r}): form must be 'hex' or 'base64'.")

    @property
    def pg_type(self) -> str:
        return "bytea"

    @property
    def arrow(self) -> pa.DataType:
        return pa.binary()

    def parse(self, text: pa.Array) -> Parsed:
        present = text.is_valid().to_numpy(zero_copy_only=False)
        read = one_by_one(text, present, _hex if self.form == "hex" else _base64, trimmed=True)
        return Parsed(binaries(*read.accepted(), len(text)), read.refused(len(text)))

    def renders(self, value: bytes) -> str:
        """In the declared form."""
        return "\\x" + value.hex() if self.form == "hex" else base64.b64encode(value).decode()


def binaries(rows: pa.Array, values: list[bytes], length: int) -> pa.Array:
    """A column with these values in these rows, null elsewhere."""
    found: list[bytes | None] = [None] * length
    for row, value in zip(rows.tolist(), values, strict=True):
        found[row] = value
    return pa.array(found, pa.binary())


def _hex(text: str) -> bytes | Invalid | None:
    if not text:
        return None
    found = _HEX.fullmatch(text)
    return _NOT_HEX if found is None else bytes.fromhex(found[1])


def _base64(text: str) -> bytes | Invalid | None:
    if not text:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return _NOT_BASE64
