"""Celery's reports of a lost connection to Redis, and of a process that died: one line each, and not all of them.

The checks of every minute are not reported unless they fail: a terminal of `sluice up` shows what is loaded.

A Redis that is away, or refuses writes for lack of memory, is reported at every new connection. Celery adds a traceback
of 60 lines each time, and the state of its prefetch count.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections import Counter

from celery.worker.consumer import consumer

QUIET_S = 10.0
_LOGGERS = ("celery.worker.consumer.consumer", "celery.worker.request")
_REPORTS = (consumer.CONNECTION_RETRY, consumer.CONNECTION_ERROR, "Frequent restarts detected", "Couldn't ack")
# The traceback is that of the pool, under whatever error the main process had at that moment.
_DEATH = "Task handler raised error"
_TASKS = ("celery.worker.strategy", "celery.app.trace")
_EVERY_MINUTE = frozenset({"sluice.check_schedules", "sluice.expire"})
_PREFETCH = ("Temporarily reducing the prefetch count", "Resuming normal operations following a restart")


class BriefReports(logging.Filter):
    """Shortens these reports; of each kind one passes in `QUIET_S` seconds, with the number of those left out."""

    def __init__(self) -> None:
        super().__init__()
        self._passed: dict[str, float] = {}
        self._left_out: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is logged. Records of other kinds pass unchanged."""
        text = str(record.msg)
        if text.startswith(_PREFETCH):
            return False
        if text.startswith(_DEATH):
            record.exc_info = record.exc_text = None
            return True
        kind = next((each for each in _REPORTS if text.startswith(each)), None)
        if kind is None:
            return True
        now = time.monotonic()
        if now - self._passed.get(kind, -QUIET_S) < QUIET_S:
            self._left_out[kind] += 1
            return False
        self._passed[kind] = now
        _shorten(record, self._left_out.pop(kind, 0))
        return True


def is_worth_a_line(record: logging.LogRecord) -> bool:
    """Whether a report of a task is more than that a check of every minute came and ended well."""
    facts = record.args if isinstance(record.args, dict) else {}
    return record.levelno > logging.INFO or facts.get("name") not in _EVERY_MINUTE


def _shorten(record: logging.LogRecord, left_out: int) -> None:
    words = record.getMessage().split()
    if record.exc_info and record.exc_info[1] is not None:
        words.append(f"({type(record.exc_info[1]).__name__}: {record.exc_info[1]})")
    if left_out:
        words.append(f"({left_out:,} more reports of this kind since the last one)")
    record.msg, record.args, record.exc_info, record.exc_text = " ".join(words), None, None, None


def report_briefly() -> None:
    """Apply this to the worker's main process."""
    brief = BriefReports()
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(brief)
    for name in _TASKS:
        logging.getLogger(name).addFilter(is_worth_a_line)
    # celeryconfig.py sets what this warning is about
    warnings.filterwarnings("ignore", r"\s*In Celery 5\.1 we introduced", PendingDeprecationWarning)
