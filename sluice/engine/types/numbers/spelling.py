"""Numbers with a point as text: all their digits, without an exponent, and with the declared point."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal as Exact

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.types.base import ColumnType
from sluice.engine.types.numbers.float import Float
from sluice.engine.types.numbers.integer import Integer


def spell_numbers(values: pa.Array, declared: ColumnType) -> pa.Array:
    """Floating and decimal numbers as text.

    A float has the fewest digits that identify it among floats of its size; NaN and infinities stay words, which every
    type of numbers refuses. For Integer a whole number is written without a point, with all its digits.
    """
    if isinstance(declared, Float):
        return pc.replace_substring(_shortest(values), ".", declared.decimal_mark)
    if not isinstance(declared, Integer):
        text = _positional(_shortest(values), Exact)
        return pc.replace_substring(text, ".", declared.decimal_mark)
    if pa.types.is_floating(values.type):
        wide = pc.cast(values, pa.float64())
        text = _positional(pc.cast(wide, pa.string()), lambda written: Exact(float(written)))
    else:
        text = _positional(pc.cast(values, pa.string()), Exact)
    text = pc.replace_substring_regex(text, r"\.0+$", "")
    return pc.replace_substring(text, ".", declared.decimal_mark)


def _shortest(values: pa.Array) -> pa.Array:
    """As Arrow writes them, except half floats, which it would write with the digits of a larger float."""
    if not pa.types.is_float16(values.type):
        return pc.cast(values, pa.string())
    return pa.array([None if each is None else _half(each) for each in values.to_pylist()], pa.string())


def _half(value: float) -> str:
    """Half floats from 2048 on are whole, and have all their digits: 65504 is not 65500."""
    whole = math.isfinite(value) and abs(value) >= 2048  # 2^11, where a half float has no fraction
    return f"{value:.0f}" if whole else np.format_float_positional(np.float16(value), trim="-")


def _positional(text: pa.Array, read: Callable[[str], Exact]) -> pa.Array:
    """Texts with an exponent are rewritten without one, one by one: they are few."""
    short = pc.match_substring(text, "e", ignore_case=True).fill_null(False)
    if not pc.any(short).as_py():
        return text
    long = [f"{read(written):f}" for written in text.filter(short).to_pylist()]
    return pc.replace_with_mask(text, short, pa.array(long, pa.string()))
