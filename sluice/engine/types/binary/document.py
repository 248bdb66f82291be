"""Documents of JSON, kept with all their digits."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

import pyarrow as pa

from sluice.engine.types.base import ColumnType, Parsed
from sluice.engine.types.binary.octets import binaries
from sluice.engine.types.cells import Invalid, one_by_one

_VERSION = b"\x01"  # of the binary form of jsonb
DEEPEST = 500  # levels; PostgreSQL's stack has room for some thousands
MOST_DIGITS = 1000  # of a number, and its greatest exponent: PostgreSQL's numeric has room for 131,072
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_HALVES = re.compile(r"\\u[dD][89a-fA-F]")
_BRACKETS = re.compile(r'[\[\]{}]|"(?:[^"\\]|\\.)*+"', re.DOTALL)
_EXPONENT = re.compile(r"[eE][+-]?0*([0-9]*)$")

_DEEP = Invalid("too_deep", f"'{{value}}' is nested more than {DEEPEST} levels deep.")


class _Unstorable(Exception):
    """A document that is JSON and cannot be stored as it is."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code)
        self.invalid = Invalid(code, reason)


@dataclass(frozen=True)
class Json(ColumnType):
    """A JSON document of any kind, as `jsonb`: numbers keep all their digits. `null` is null.

    From JSON lines and APIs the column takes an object, an array or a single value as it was sent; from Parquet also
    structs and lists; from other formats the text of a document. It must not be in the key. Rejects: `not_json`,
    `duplicate_key`, `too_deep`, `out_of_range`, `nul`, `invalid_utf8`.
    """

    in_keys: ClassVar[bool] = False
    comparable: ClassVar[bool] = False
    nested: ClassVar[bool] = True

    @property
    def pg_type(self) -> str:
        return "jsonb"

    @property
    def arrow(self) -> pa.DataType:
        return pa.binary()

    def renders(self, value: bytes) -> str:
        """The text of the document."""
        return value[len(_VERSION) :].decode()

    def compared(self, value: bytes | None) -> object:
        """The document with its numbers as decimals, apart from true and false."""
        return None if value is None else [json.loads(self.renders(value), parse_float=_decimal, parse_int=_decimal)]

    def parse(self, text: pa.Array) -> Parsed:
        read = one_by_one(text, text.is_valid().to_numpy(zero_copy_only=False), _read, trimmed=True)
        return Parsed(binaries(*read.accepted(), len(text)), read.refused(len(text)))


def _read(text: str) -> bytes | Invalid | None:
    if not text or text == "null":
        return None
    if text.count("[") + text.count("{") > DEEPEST and _depth(text) > DEEPEST:
        return _DEEP
    try:
        _check(text)
    except _Unstorable as wrong:
        return wrong.invalid
    except RecursionError:
        return _DEEP
    except json.JSONDecodeError as error:
        return Invalid("not_json", f"'{{value}}' is not JSON from character {error.pos + 1} on: {error.msg}.")
    return _VERSION + text.encode()


def _check(text: str) -> None:
    """Raises _Unstorable, JSONDecodeError, RecursionError."""
    value = _decoder.decode(text)
    if "\\u0000" in text and _NUL.search(text):
        raise _Unstorable("nul", "'{value}' has NUL (\\u0000), which PostgreSQL does not store.")
    if _HALVES.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            what = "'{value}' has half of a surrogate pair (\\ud800 to \\udfff) without the other half."
            raise _Unstorable("invalid_utf8", what) from None


def _depth(text: str) -> int:
    """How deep it is nested, by its brackets outside of texts."""
    depth = deepest = 0
    for found in _BRACKETS.finditer(text):
        if found.group() in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif found.group() in "]}":
            depth -= 1
    return deepest


def _object(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Unstorable(
            "duplicate_key", "'{value}' has an object with the same key twice; PostgreSQL would keep one."
        )
    return found


def _number(text: str) -> str:
    exponent = _EXPONENT.search(text)
    size = exponent[1] if exponent else ""
    if len(text) > MOST_DIGITS or (size and (len(size) > 4 or int(size) > MOST_DIGITS)):
        raise _Unstorable(
            "out_of_range", f"'{{value}}' has a number of more than {MOST_DIGITS:,} digits, or an exponent above that."
        )
    return text


def _decimal(text: str) -> tuple[str, Decimal]:
    return "number", Decimal(text)


def _constant(name: str) -> object:
    raise _Unstorable("not_json", f"'{{value}}' has {name}, which is not JSON; write null instead.")


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number, parse_int=_number, parse_constant=_constant)
