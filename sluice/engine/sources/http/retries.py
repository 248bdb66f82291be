"""Trying again: how often, after how long, and until when.

The pauses grow as 0.5, 1, 2, 4 ... seconds, each shortened at random by up to a half, lest many workers come back at
once ("equal jitter" in M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015). A server that says
how long to wait (Retry-After, RFC 9110 section 10.2.3) is waited for at least that long, up to five minutes.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from sluice.errors import DataError, SluiceError

FIRST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_ASKED_S = 0.5, 60.0, 300.0
ABSURD_S = 366 * 86_400.0  # who is asked to wait longer is asked by a mistake
_DIGITS = 9
_NAP_S = 1.0

T = TypeVar("T")


class TryAgain(Exception):  # never leaves this room
    """This answer will not do, and the next one may. `end` is what to raise when there is no next one; `asked_s` is how
    long the server wants to be left alone."""

    def __init__(self, end: SluiceError, asked_s: float | None = None) -> None:
        super().__init__(end, asked_s)
        self.end = end
        self.asked_s = asked_s


@dataclass(frozen=True)
class Patience:
    """What one fetch may take: `tries` for each page, and `total_s` seconds from `start` (of time.monotonic)."""

    name: str
    tries: int
    total_s: float
    start: float
    beat: Callable[[], None]

    def check(self) -> None:
        """To be called often. Raises DataError `too_slow` when the time is up, and whatever the beat raises."""
        self.beat()
        if self._left() < 0:
            raise DataError(
                "too_slow",
                f"{self.name}: the fetch takes longer than total_s={self.total_s:g} seconds. Nothing of it is kept; "
                "raise total_s, or ask for less.",
            )

    def call(self, ask: Callable[[], T]) -> T:
        """What `ask` returns, which is asked again while it raises TryAgain."""
        tried = 0
        while True:
            try:
                return ask()
            except TryAgain as again:
                tried += 1
                pause = pause_s(tried, again.asked_s, random.random())  # noqa: S311 - spreads load, keeps no secret
                if tried >= self.tries or pause > self._left():
                    raise again.end from again.__cause__
            self._wait(pause)

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, _NAP_S))

    def _left(self) -> float:
        return self.start + self.total_s - time.monotonic()


def pause_s(tried: int, asked_s: float | None, chance: float) -> float:
    """The seconds to wait after the try number `tried`; `chance` is from 0 to 1."""
    longest: float = min(FIRST_PAUSE_S * 2.0 ** min(tried - 1, 30), LONGEST_PAUSE_S)
    return max(longest * (1 - chance / 2), min(asked_s or 0, LONGEST_ASKED_S))


def retry_after_s(value: str | None, now: datetime | None = None) -> float | None:
    """The seconds that a header Retry-After asks for, written as a number or as an HTTP date; None if it is neither, or
    further away than anybody means."""
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        asked = float(value) if len(value.lstrip("0")) <= _DIGITS else math.inf
    else:
        until = http_date(value)
        if until is None:
            return None
        asked = max(0.0, (until - (now or datetime.now(UTC))).total_seconds())
    return asked if asked <= ABSURD_S else None


def http_date(value: str) -> datetime | None:
    """An HTTP date (RFC 9110 section 5.6.7), also of the obsolete forms; None for anything else.

    Only the form of asctime, which has no comma, may be without a zone.
    """
    try:
        found = parsedate_to_datetime(value)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):  # each is raised for some text
        return None
    zoned = "," not in value or value.endswith("-0000")
    return found.replace(tzinfo=UTC) if zoned else None
