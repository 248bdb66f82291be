"""The parts of a date that are not digits: names of months, AM and PM, offsets from UTC.

Each reader takes the bytes of one field of many cells, shape (width, rows), and returns the numbers that the field
stands for, with which rows have one. Names are English, in any case.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from sluice.engine.types.base import Mask

Lanes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int32]

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WIDTHS = {"b": (3,), "B": tuple(sorted({len(name) for name in MONTHS})), "p": (2,), "z": (6, 5, 3, 1)}
"""The widths of these directives in bytes; an offset is `+02:00`, `+0200`, `+02` or `Z`."""
_LOWER = np.uint8(0x20)
_HALVES = {"am": 0, "pm": 12}
_MOST_HOURS = 15  # as PostgreSQL has it


def _named(lanes: Lanes, names: dict[str, int]) -> tuple[Numbers, Mask]:
    """The numbers of names, all as long as the field, and which rows have one."""
    lower = lanes | _LOWER  # of letters only the small and the capital one become the same small one
    numbers, found = np.zeros(lanes.shape[1], np.int32), np.zeros(lanes.shape[1], np.bool_)
    for name, number in names.items():
        same = (lower == np.frombuffer(name.encode(), np.uint8)[:, None]).all(axis=0)
        numbers[same] = number
        found |= same
    return numbers, found


def _short_month(lanes: Lanes) -> tuple[Numbers, Mask]:
    return _named(lanes, {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)})


def _long_month(lanes: Lanes) -> tuple[Numbers, Mask]:
    return _named(lanes, {name.lower(): number for number, name in enumerate(MONTHS, 1) if len(name) == len(lanes)})


def _half(lanes: Lanes) -> tuple[Numbers, Mask]:
    """The hours at which a half of the day begins."""
    return _named(lanes, _HALVES)


def _offset(lanes: Lanes) -> tuple[Numbers, Mask]:
    """Minutes east of UTC."""
    if len(lanes) == 1:
        return np.zeros(lanes.shape[1], np.int32), lanes[0] == ord("Z")
    west, colon = lanes[0] == ord("-"), len(lanes) == WIDTHS["z"][0]
    digits = np.delete(lanes, [0, 3] if colon else [0], axis=0) - np.uint8(ord("0"))
    fits = (west | (lanes[0] == ord("+"))) & (digits <= 9).all(axis=0)
    if colon:
        fits &= lanes[3] == ord(":")
    number = digits.astype(np.int32)
    hours = number[0] * 10 + number[1]
    minutes = number[2] * 10 + number[3] if len(number) > 2 else np.zeros_like(hours)
    fits &= (hours <= _MOST_HOURS) & (minutes < 60)
    east = hours * 60 + minutes
    return np.where(west, -east, east), fits


READERS: dict[str, Callable[[Lanes], tuple[Numbers, Mask]]] = {
    "b": _short_month, "B": _long_month, "p": _half, "z": _offset,
}  # fmt: skip
