"""Patterns of files with a date in them: `orders_%Y%m%d.csv` are the orders of one day.

The directives are those of strftime that a date needs: %Y %y %m %d %j. Any other % stands for itself.
"""

from __future__ import annotations

import re
from datetime import date

_DIGITS = {"%Y": 4, "%y": 2, "%m": 2, "%d": 2, "%j": 3}
_DIRECTIVE = re.compile("|".join(_DIGITS))


def has_day(pattern: str) -> bool:
    """Whether a pattern has a date."""
    return _DIRECTIVE.search(pattern) is not None


def on_day(pattern: str, day: date) -> str:
    """The pattern of one day's files."""
    return _DIRECTIVE.sub(lambda match: day.strftime(match[0]).zfill(_DIGITS[match[0]]), pattern)


def on_any_day(pattern: str) -> str:
    """The pattern of the files of all days."""
    return _DIRECTIVE.sub(lambda match: "[0-9]" * _DIGITS[match[0]], pattern)
