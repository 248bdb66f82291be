"""Exact decimal numbers, and money in one currency. Nothing passes through binary floating point."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sluice.engine.types.amounts import read_amounts
from sluice.engine.types.base import ColumnType, Parsed
from sluice.engine.types.cells import Cells, No, column, one_by_one
from sluice.engine.types.currency import CODES, is_currency, marks
from sluice.engine.types.digits import MAX_DIGITS
from sluice.errors import ConfigError

MAX_PRECISION = 38  # of Arrow's decimal128

_WHOLE, _FRACTION = r"[0-9]+", r"(?:\.(?P<fraction>[0-9]+))?"
_NUMBER = re.compile(rf"(?P<sign>[+-]?)(?P<whole>{_WHOLE}|(?=\.[0-9])){_FRACTION}")
_MARK = r"[^\d\s.,+-]+"
_MONEY = re.compile(
    rf"(?P<sign>[+-]?)(?:(?P<before>{_MARK})[ \xa0]?)?(?P<inner>[+-]?)"
    rf"(?P<whole>[0-9]{{1,3}}(?:,[0-9]{{3}})+|{_WHOLE}|(?=\.[0-9])){_FRACTION}(?:[ \xa0]?(?P<after>{_MARK}))?"
)


@dataclass(frozen=True)
class Decimal(ColumnType):
    """An exact number of `precision` digits, `scale` of them behind the point: `1234.50`, `-.5`, `+7`.

    No thousands separators, no exponents. Digits beyond the scale must be zeros: nothing is rounded in
    silence. Rejects: `not_decimal`, `too_precise`, `out_of_range`.
    """

    precision: int = 14
    scale: int = 2

    def __post_init__(self) -> None:
        _check_size(self, self.precision, self.scale)

    @property
    def pg_type(self) -> str:
        return f"numeric({self.precision},{self.scale})"

    @property
    def arrow(self) -> pa.DataType:
        return pa.decimal128(self.precision, self.scale)

    def parse(self, text: pa.Array) -> Parsed:
        return _parse(text, self.precision, self.scale, (), self._read)

    def _read(self, text: str) -> int | No:
        found = _NUMBER.fullmatch(text)
        if not found:
            return No("not_decimal", "'{value}' is not a decimal number.")
        return _exact(found, found["sign"], self.precision, self.scale)


@dataclass(frozen=True)
class Money(ColumnType):
    """An exact amount in one currency (ISO 4217): `1.20`, `$1.20`, `-$1,234.50`, `USD 1.20`, `1.20 USD`.

    The currency's code or symbol may stand on one side, with a blank or none between; commas must group
    thousands rightly; digits beyond the scale must be zeros. Rejects: `currency` for another currency,
    `not_money`, `too_precise`, `out_of_range`. Negative amounts fit: `check=at_least(0)` refuses them.
    """

    currency: str
    precision: int = 12
    scale: int = 4

    def __post_init__(self) -> None:
        _check_size(self, self.precision, self.scale)
        if self.currency not in CODES:
            raise ConfigError(f"{self}: {self.currency!r} is not a currency code of ISO 4217 such as USD.")

    @property
    def pg_type(self) -> str:
        return f"numeric({self.precision},{self.scale})"

    @property
    def arrow(self) -> pa.DataType:
        return pa.decimal128(self.precision, self.scale)

    def parse(self, text: pa.Array) -> Parsed:
        return _parse(text, self.precision, self.scale, marks(self.currency), self._read)

    def _read(self, text: str) -> int | No:
        found = _MONEY.fullmatch(text)
        written = [mark for mark in (found["before"], found["after"]) if mark] if found else []
        if any(is_currency(mark) and not self._own(mark) for mark in written):
            return No("currency", f"'{{value}}' is not in {self.currency}.")
        if not found or len(written) > 1 or (found["sign"] and found["inner"]) or not all(map(self._own, written)):
            return No("not_money", f"'{{value}}' is not an amount in {self.currency}.")
        return _exact(found, found["sign"] or found["inner"], self.precision, self.scale)

    def _own(self, mark: str) -> bool:
        return mark.casefold() in {own.casefold() for own in marks(self.currency)}


def _check_size(declared: ColumnType, precision: int, scale: int) -> None:
    if not 1 <= precision <= MAX_PRECISION:
        raise ConfigError(f"{declared}: precision is a number of digits from 1 to {MAX_PRECISION}.")
    if not 0 <= scale <= precision:
        raise ConfigError(f"{declared}: scale is a number of digits from 0 to the precision.")


def _exact(found: re.Match[str], sign: str, precision: int, scale: int) -> int | No:
    """The number times 10^scale."""
    whole = found["whole"].replace(",", "").lstrip("0")
    fraction = (found["fraction"] or "").rstrip("0")
    if len(fraction) > scale:
        return No("too_precise", f"'{{value}}' has more than {scale} digits behind the point.")
    if len(whole) > precision - scale:
        return No("out_of_range", f"'{{value}}' does not fit numeric({precision},{scale}).")
    value = int((whole + fraction.ljust(scale, "0")) or "0")
    return -value if sign == "-" else value


def _parse(text: pa.Array, precision: int, scale: int, own: tuple[str, ...], read: Callable[[str], int | No]) -> Parsed:
    cells = Cells.of(text)
    values, sure = read_amounts(cells, scale, own)
    if precision < MAX_DIGITS:
        sure &= np.abs(values) < 10**precision
    odd = one_by_one(cells.text, ~sure & ~cells.empty, read)
    halves = np.empty((len(values), 2), np.int64)  # decimal128: the low half, then the high one
    halves[:, 0] = values
    halves[:, 1] = values >> 63
    rows, found = odd.accepted()
    for row, value in zip(rows.tolist(), found, strict=True):
        halves[row] = np.frombuffer(value.to_bytes(16, "little", signed=True), np.int64)
    sure[rows] = True
    return Parsed(column(halves, sure, pa.decimal128(precision, scale)), odd.refused(len(text)))
