"""The formats that a type declares, and what they give together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from sluice.engine.types.base import Mask, Refused
from sluice.engine.types.cells import Cells
from sluice.engine.types.times.template import MEANS, template
from sluice.errors import ConfigError

_YEARS_BACK = 89
Number = TypeVar("Number", np.int32, np.int64)


def letters_of(pattern: str) -> set[str]:
    """The letters of a format's directives."""
    return {letter for letter, _, _ in template(pattern).layouts[0].fields}


def check_formats(kind: str, formats: tuple[str, ...], first_year: int | None, *, timed: bool) -> None:
    """Raises ConfigError unless each format has a day, and a time only where the type has one."""
    if not formats:
        raise ConfigError(f'{kind}() needs a format, e.g. {kind}("%Y-%m-%d").')
    for pattern in formats:
        letters = letters_of(pattern)
        means = {MEANS.get(letter, letter) for letter in letters}
        if not means >= {*"Ymd"}:
            raise ConfigError(f"{kind}({pattern!r}): a format has %Y, %m and %d, or %y, %b or %B in their place.")
        if not timed and not means <= {*"Ymd"}:
            raise ConfigError(f"{kind}({pattern!r}): a day has no time; that is what Timestamp is for.")
        _check_halves(kind, pattern, letters)
    _check_years(kind, formats, first_year)


def check_clock(formats: tuple[str, ...]) -> None:
    """Raises ConfigError unless each format is one of a time of day."""
    if not formats:
        raise ConfigError('Time() needs a format, e.g. Time("%H:%M:%S").')
    for pattern in formats:
        letters = letters_of(pattern)
        if not letters & {*"HI"} or not letters <= {*"HIpMSf"}:
            raise ConfigError(f"Time({pattern!r}): a format has %H, or %I and %p, and may have %M, %S and %f.")
        _check_halves("Time", pattern, letters)


def _check_halves(kind: str, pattern: str, letters: set[str]) -> None:
    if ("I" in letters) != ("p" in letters):
        raise ConfigError(f"{kind}({pattern!r}): hours of 12 are read with both %I and %p (AM or PM).")


def _check_years(kind: str, formats: tuple[str, ...], first_year: int | None) -> None:
    """A year of two digits says nothing of its century: a birthday in 45 may be of 1945 or 2045."""
    short = next((pattern for pattern in formats if "y" in letters_of(pattern)), None)
    if short is not None and first_year is None:
        raise ConfigError(
            f"{kind}({short!r}): %y has no century. Say the first of the hundred years that are meant: with "
            "first_year=1970, 70 to 99 are 1970 to 1999, and 00 to 69 are 2000 to 2069."
        )
    if first_year is None:
        return
    if short is None:
        raise ConfigError(f"{kind}(first_year={first_year!r}): it is for formats with %y, and none has it.")
    if not 1 <= first_year <= 9900:
        raise ConfigError(f"{kind}(first_year={first_year!r}): first_year must be a year from 1 to 9900.")


def likely_first_year() -> int:
    """The first year of hundred that end ten years from now: for proposals, which a person reads."""
    return datetime.now(UTC).year - _YEARS_BACK


def agreed(
    readings: Iterable[tuple[npt.NDArray[Number], Mask]],
) -> tuple[npt.NDArray[Number], Mask, Mask]:
    """The values that formats give, which cells have one, and where two formats give different ones."""
    (values, fits), *others = readings
    clash = np.zeros(len(fits), np.bool_)
    for other, fine in others:
        clash |= fits & fine & (values != other)
        values, fits = np.where(fits, values, other), fits | fine
    return values, fits, clash


def refusals(fits: Mask, clash: Mask, cells: Cells, what: str) -> list[Refused]:
    """Why cells have no value: no format reads them, or two do, differently."""
    bad, refused = ~fits & ~cells.empty, []
    if bad.any():
        refused.append(Refused(bad, "bad_date", f"'{{value}}' is not a {what} in a declared format."))
    if clash.any():
        reason = "'{value}' can be read by two declared formats, with different results."
        refused.append(Refused(clash, "ambiguous_date", reason))
    return refused
