"""Retries: how often, after which pause, and until when.

The pauses grow as 0.5, 1, 2, 4 ... seconds, each shortened at random by up to a half, so that workers do not retry at
the same time ("equal jitter" in M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015). A server's
Retry-After (RFC 9110 section 10.2.3) is the least pause, up to five minutes.
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

FIRST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_RETRY_AFTER_S = 0.5, 60.0, 300.0
IMPLAUSIBLE_S = 366 * 86_400.0  # a longer Retry-After must be a mistake
_DIGITS = 9
_NAP_S = 1.0

T = TypeVar("T")


class TryAgain(Exception):  # raised and caught within this package
    """The response is not usable, and a retry may succeed. `end` is the error to raise without another try; `wait_s` is
    the server's Retry-After in seconds."""

    def __init__(self, end: SluiceError, wait_s: float | None = None) -> None:
        super().__init__(end, wait_s)
        self.end = end
        self.wait_s = wait_s


@dataclass(frozen=True)
class RetryLimits:
    """The limits of one fetch: `tries` for each page, and `total_s` seconds from `start` (of time.monotonic)."""

    name: str
    tries: int
    total_s: float
    start: float
    beat: Callable[[], None]

    def check(self) -> None:
        """Call it often. Raises DataError `too_slow` when the time is up, and the errors of `beat`."""
        self.beat()
        if self._left() < 0:
            raise DataError(
                "too_slow",
                f"{self.name}: the fetch takes longer than total_s={self.total_s:g} seconds. Nothing of it is kept; "
                "raise total_s, or request less.",
            )

    def call(self, ask: Callable[[], T]) -> T:
        """The result of `ask`, which is called again while it raises TryAgain."""
        tried = 0
        while True:
            try:
                return ask()
            except TryAgain as again:
                tried += 1
                pause = pause_s(tried, again.wait_s, random.random())  # noqa: S311 - spreads load, keeps no secret
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


def pause_s(tried: int, wait_s: float | None, chance: float) -> float:
    """The pause in seconds after try number `tried`; `chance` is a random number from 0 to 1."""
    longest: float = min(FIRST_PAUSE_S * 2.0 ** min(tried - 1, 30), LONGEST_PAUSE_S)
    return max(longest * (1 - chance / 2), min(wait_s or 0, LONGEST_RETRY_AFTER_S))


def retry_after_s(value: str | None, now: datetime | None = None) -> float | None:
    """The seconds of a Retry-After header, a number or an HTTP date; None if it is neither, or implausibly long."""
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value) if len(value.lstrip("0")) <= _DIGITS else math.inf
    else:
        until = http_date(value)
        if until is None:
            return None
        seconds = max(0.0, (until - (now or datetime.now(UTC))).total_seconds())
    return seconds if seconds <= IMPLAUSIBLE_S else None


def http_date(value: str) -> datetime | None:
    """An HTTP date (RFC 9110 section 5.6.7), also of the obsolete forms; None for anything else.

    Only the form of asctime, which has no comma, may be without a zone.
    """
    try:
        date = parsedate_to_datetime(value)
        if date.tzinfo is not None:
            return date.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):  # each is raised for some texts
        return None
    zoned = "," not in value or value.endswith("-0000")
    return date.replace(tzinfo=UTC) if zoned else None
