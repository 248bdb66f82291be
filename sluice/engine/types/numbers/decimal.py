"""Exact decimal numbers, and money in one currency. Nothing passes through binary floating point."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa

from sluice.engine.types.base import ColumnType, Grown, Parsed
from sluice.engine.types.cells import Invalid, column, one_by_one
from sluice.engine.types.numbers.amounts import read_amounts
from sluice.engine.types.numbers.currency import CODES, is_currency, marks
from sluice.engine.types.numbers.digits import MAX_DIGITS
from sluice.engine.types.numbers.notation import Notation, Written, check_words, why_not
from sluice.errors import ConfigError

MAX_PRECISION = 38  # of Arrow's decimal128


class Exact(Grown):
    """A number of `precision` digits, `scale` of them behind the point: what Decimal and Money have in common.

    It declares no fields: theirs differ in order, and the order is that of their arguments.
    """

    precision: int
    scale: int
    point: str

    @property
    def pg_type(self) -> str:
        return f"numeric({self.precision},{self.scale})"

    @property
    def arrow(self) -> pa.DataType:
        return pa.decimal128(self.precision, self.scale)

    @property
    def decimal_mark(self) -> str:
        return self.point

    def parse(self, text: pa.Array) -> Parsed:
        return _parse(text, self.precision, self.scale, self._notation, self._read)

    @cached_property
    @abstractmethod
    def _notation(self) -> Notation:
        """How its numbers are written."""

    @abstractmethod
    def _read(self, text: str) -> int | Invalid:
        """One trimmed text, which the fast way was not sure of, times 10^scale; or why it is none."""


@dataclass(frozen=True, repr=False)
class Decimal(Exact):
    """An exact number of `precision` digits, `scale` of them behind the point: `1234.50`, `-.5`, `+7`.

    `Decimal(thousands=".", point=",")` reads `1.234,50`: `thousands` is one of , . ' _ and blank (then also
    the no-break blanks). It separates a first group of 1 to 3 digits, which must not begin with 0 (in `0,673` the
    comma is a point), and groups of 3. `accounting=True` reads `(1234.50)` and `1234.50-` as negative. Text must not
    have an exponent (`1e5`); numbers of JSON, Parquet and queries are written without one first. Digits beyond the
    scale must be zeros: nothing is rounded silently. Rejects: `not_decimal`, `too_precise`, `out_of_range`.
    """

    precision: int = 14
    scale: int = 2
    _: KW_ONLY
    thousands: str = field(default="", repr=False)
    point: str = field(default=".", repr=False)
    accounting: bool = field(default=False, repr=False)

    def __post_init__(self) -> None:
        _check_size(self, self.precision, self.scale)
        self._notation.check(self)

    @cached_property
    def _notation(self) -> Notation:
        return Notation(self.thousands, self.point, self.accounting)

    def _read(self, text: str) -> int | Invalid:
        parts = self._notation.take_apart(text)
        if parts is None:
            return Invalid("not_decimal", f"'{{value}}' is not a decimal number{why_not(text, self.thousands)}")
        return _exact(parts, self.precision, self.scale)


@dataclass(frozen=True, repr=False)
class Money(Exact):
    """An exact amount in one currency (ISO 4217): `1.20`, `$1.20`, `-$1,234.50`, `USD 1.20`, `1.20 USD`.

    The currency's code, a symbol of it or one of `words` (`Money("KES", words=("shillings", "bob"))`) may
    be on one side, in any case, with or without a blank between. `thousands` ("" for none) and `point` are
    as for Decimal, and `accounting=True` reads `($1.20)`, `$(1.20)` and `1.20-` as negative. Digits beyond
    the scale must be zeros. Rejects: `currency` for another currency, `not_money`, `too_precise`,
    `out_of_range`. Negative amounts fit: `check=at_least(0)` refuses them.
    """

    currency: str
    precision: int = 12
    scale: int = 4
    _: KW_ONLY
    thousands: str = field(default=",", repr=False)
    point: str = field(default=".", repr=False)
    words: Sequence[str] = field(default=(), repr=False)
    accounting: bool = field(default=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", tuple(self.words))
        _check_size(self, self.precision, self.scale)
        if self.currency not in CODES:
            raise ConfigError(f"{self}: {self.currency!r} is not a currency code of ISO 4217 such as USD.")
        self._notation.check(self)
        check_words(tuple(self.words), self.accounting, self)

    @cached_property
    def _notation(self) -> Notation:
        return Notation(self.thousands, self.point, self.accounting, (*marks(self.currency), *self.words))

    def _read(self, text: str) -> int | Invalid:
        parts = self._notation.take_apart(text)
        foreign = [mark for mark in parts.marks if not self._notation.own(mark)] if parts else []
        if any(map(is_currency, foreign)):
            return Invalid("currency", f"'{{value}}' is not in {self.currency}.")
        if parts is None or foreign or parts.ambiguous:
            reason = f"'{{value}}' is not an amount in {self.currency}{why_not(text, self.thousands)}"
            return Invalid("not_money", reason)
        return _exact(parts, self.precision, self.scale)


def _check_size(declared: ColumnType, precision: int, scale: int) -> None:
    if not 1 <= precision <= MAX_PRECISION:
        raise ConfigError(f"{declared}: precision must be an integer between 1 and {MAX_PRECISION}.")
    if not 0 <= scale <= precision:
        raise ConfigError(f"{declared}: scale must be an integer between 0 and the precision.")


def _exact(parts: Written, precision: int, scale: int) -> int | Invalid:
    """The number times 10^scale."""
    whole, fraction = parts.whole.lstrip("0"), parts.fraction.rstrip("0")
    if len(fraction) > scale:
        return Invalid("too_precise", f"'{{value}}' has more than {scale} digits behind the point.")
    if len(whole) > precision - scale:
        return Invalid("out_of_range", f"'{{value}}' does not fit numeric({precision},{scale}).")
    value = int((whole + fraction.ljust(scale, "0")) or "0")
    return -value if parts.negative else value


def _parse(
    text: pa.Array, precision: int, scale: int, notation: Notation, read: Callable[[str], int | Invalid]
) -> Parsed:
    cells = notation.cells(text)
    values, certain = read_amounts(cells, scale, notation)
    if precision < MAX_DIGITS:
        certain &= np.abs(values) < 10**precision
    odd = one_by_one(cells.text, ~certain & ~cells.empty, read, trimmed=True)
    halves = np.empty((len(values), 2), np.int64)  # decimal128: the low half, then the high one
    halves[:, 0] = values
    halves[:, 1] = values >> 63
    rows, accepted = odd.accepted()
    for row, value in zip(rows.tolist(), accepted, strict=True):
        halves[row] = np.frombuffer(value.to_bytes(16, "little", signed=True), np.int64)
    certain[rows] = True
    return Parsed(column(halves, certain, pa.decimal128(precision, scale)), odd.refused(len(text)))
