"""One line's JSON object as keys and values, the values as they are written.

Python's decoder reads the line, configured to keep the digits of numbers and all pairs of objects: so nothing passes
through binary floating point, and a repeated key is noticed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import NoReturn

from sluice.engine.formats.text.beyond import value_beyond, wrong_in
from sluice.engine.formats.text.documents import HALF, Number
from sluice.engine.formats.text.lines import size_of_line

Value = str | bool | tuple[object, ...] | list[object] | None
"""Text (of strings and of numbers), true or false, an object (a tuple), an array (a list), or null."""

Pairs = tuple[tuple[str, Value], ...]

_FEW_DIGITS = 40  # more than any column has
_LONGEST_EXPONENT = 9  # digits; a longer exponent needs more digits than a line has
_BRACKETS = re.compile(r'[\[\]{}]|"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_TOO_DEEP: tuple[object, ...] = (None,)  # an object that is not empty


class InvalidLine(ValueError):
    """A line that is not a row: the column at fault (a requested header), if any, a stable code, and the reason."""

    def __init__(self, column: str | None, code: str, reason: str) -> None:
        super().__init__(column, code, reason)
        self.column = column
        self.code = code
        self.reason = reason


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidLine(None, "not_json", f"The line has {name}, which is not JSON; write null instead.")


def spelled_out(number: str) -> str:
    """The digits of a JSON number, without the exponent unless that gives too many digits.

    1e-05 is 0.00001. 1e41 and 1e-41 stay as they are: they do not fit any column of numbers, and 1e999999999 must not
    fill the memory.
    """
    if "e" not in number and "E" not in number:
        return number
    mantissa, _, exponent = number.lower().partition("e")
    if not mantissa.strip("-0."):
        return "-0" if mantissa.startswith("-") else "0"
    if len(exponent.lstrip("+-0")) > _LONGEST_EXPONENT:
        return number  # Decimal fails for some of these
    exact = Decimal(number)
    return f"{exact:f}" if abs(exact.adjusted()) <= _FEW_DIGITS else number


class Fraction(str):
    """A number with a point, as in JSON, to be written with the column's own decimal mark."""

    __slots__ = ()


def _fraction(number: str) -> Fraction:
    return Fraction(spelled_out(number))


def plain_number(number: Number, *, marked: bool) -> str:
    """The text of a number in a column that takes a single value; `marked` as of `scan_marked`."""
    text = str(number)
    return _fraction(text) if marked and not text.lstrip("-").isdigit() else spelled_out(text)


def _decoder(read_number: Callable[[str], str], read_whole: Callable[[str], str] = str) -> json.JSONDecoder:
    """A decoder with functions for numbers with a point or an exponent, and for others."""
    return json.JSONDecoder(
        object_pairs_hook=tuple, parse_float=read_number, parse_int=read_whole, parse_constant=_refuse_constant
    )


_rows, _marked, _as_written = _decoder(spelled_out), _decoder(_fraction), _decoder(str)
_nested = _decoder(Number, Number)

scan = _rows.raw_decode
"""Reads the value at a text's first character; returns it and its end. Raises ValueError, RecursionError."""

scan_marked = _marked.raw_decode
"""The same, with numbers that have a point, or an exponent, as Fraction."""

scan_nested = _nested.raw_decode
"""The same, with all numbers as Number: values can be written as JSON again."""


def scan_as_written(text: str, at: int) -> tuple[Value, int]:
    """The same, for a value that is not a row: numbers keep their exponent. If it is nested too deep, only its end."""
    try:
        value: tuple[Value, int] = _as_written.raw_decode(text, at)
    except RecursionError:
        return _TOO_DEEP, _end_of_nested(text, at)
    return value


def _end_of_nested(text: str, at: int) -> int:
    """Where an object or array ends, by its brackets. Raises JSONDecodeError where it does not."""
    depth = 0
    for bracket in _BRACKETS.finditer(text, at):
        if (piece := bracket.group()) in "[{":
            depth += 1
        elif piece in "]}":
            depth -= 1
            if depth == 0:
                return bracket.end()
    raise json.JSONDecodeError("It ends within an object or array", text, len(text))


def read_text(line: bytes, longest: int, encoding: str | None) -> str:
    """The text of a line without its LF. Raises InvalidLine: `line_too_long`, `nul`, `invalid_utf8`."""
    if (size := size_of_line(line)) > longest:
        raise InvalidLine(None, "line_too_long", f"The line is {size:,} bytes long, the limit is {longest:,}.")
    if (at := line.find(b"\0")) >= 0:
        raise InvalidLine(None, "nul", f"Byte {at + 1} of the line is NUL, which text must not have; remove it.")
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        what = f"Byte {error.start + 1} of the line, 0x{line[error.start]:02X}, is "
        what += (
            f"not a character of {encoding}, the encoding that the file was read with." if encoding else "not UTF-8."
        )
        raise InvalidLine(None, "invalid_utf8", what) from error


def read_object(text: str, *, marked: bool = False, nested: bool = False) -> Pairs:
    """The pairs of the object on a line; `marked`, `nested`: see `scan_marked`, `scan_nested`. Raises InvalidLine
    `not_json`."""
    try:
        value = (_nested if nested else _marked if marked else _rows).decode(text)
    except json.JSONDecodeError as error:
        what = error.msg.rstrip(": ").removesuffix(" at")
        raise InvalidLine(
            None, "not_json", f"The line is not JSON, from character {error.pos + 1} on: {what}."
        ) from error
    except RecursionError as error:
        raise InvalidLine(None, "not_json", "The line is nested too deep to be read as JSON.") from error
    if not isinstance(value, tuple):
        raise InvalidLine(None, "not_json", f"The line is {_kind(value)}, not a JSON object with keys.")
    return value


def check_value(column: str, value: Value) -> None:
    """Raises InvalidLine unless the value is text: `nested_value`, `wrong_cell`, `out_of_range`, `nul` and others."""
    if isinstance(value, (tuple, list)):
        raise InvalidLine(column, "nested_value", f"{column!r} is {_kind(value)}; a column takes a single value.")
    if not isinstance(value, str):
        return
    if "\0" in value and (wrong := wrong_in(value)) is not None:
        raise InvalidLine(
            column, "wrong_cell", f"{column!r} has {wrong} instead of a value: correct it in the workbook."
        )
    if "\0" in value and (far := value_beyond(value.encode(errors="surrogatepass"))) is not None:
        raise InvalidLine(column, "out_of_range", f"{column!r}: '{far}' is too far away for a date or time.")
    if "\0" in value:
        raise InvalidLine(column, "nul", f"{column!r} has NUL (\\u0000), which text must not have; remove it.")
    if half := HALF.search(value):
        what = f"\\u{ord(half.group()):04x}, half of a surrogate pair without the other half"
        raise InvalidLine(column, "invalid_utf8", f"{column!r} has {what}, which text must not have.")


def _kind(value: Value) -> str:
    if isinstance(value, tuple):
        return "an object"
    if isinstance(value, list):
        return "an array"
    return "null" if value is None else "a single value"
