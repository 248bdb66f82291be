"""Messages that a worker dropped: counted by reason, and logged at the first one and then at each power of ten."""

from __future__ import annotations

import logging
from collections import Counter

log = logging.getLogger(__name__)
MOST_REASONS = 100


class Dropped:
    """The counts of one worker's main process."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, reason: str) -> None:
        """Count a message that is not given to a task. A reason holds nothing of the message."""
        if reason not in self._counts and len(self._counts) >= MOST_REASONS:
            reason = "other reasons"
        self._counts[reason] += 1
        count = self._counts[reason]
        if count == 1:
            log.warning("dropped a message that Sluice did not write: %s", reason)
        elif str(count).strip("0") == "1":
            log.warning("dropped %s messages that Sluice did not write: %s", f"{count:,}", reason)

    @property
    def count(self) -> int:
        """How many messages were dropped since the worker started."""
        return self._counts.total()


dropped = Dropped()
