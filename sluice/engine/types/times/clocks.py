"""The time of day in the fields of a template."""

from __future__ import annotations

import numpy as np

from sluice.engine.types.base import Int64s, Mask
from sluice.engine.types.times.template import Fields
from sluice.engine.types.times.zone import SECOND


def micros_of_day(fields: Fields, fits: Mask) -> Int64s:
    """Microseconds since midnight; a part without a field is zero. Takes cells without a valid time from `fits`."""
    total = np.zeros(len(fits), np.int64)
    if not fields:
        return total
    if "I" in fields:
        fits &= (fields["I"] >= 1) & (fields["I"] <= 12)
        fields["H"] = fields["I"] % 12 + fields["p"]
    for letter, limit in (("H", 24), ("M", 60), ("S", 60)):
        total *= limit
        if letter in fields:
            fits &= fields[letter] < limit
            total += fields[letter]
    total *= SECOND
    if "f" in fields:
        total += fields["f"]
    return total
