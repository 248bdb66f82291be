"""Values that no column can take, in a file that is spelled as CSV: they stand between NULs, which no text has.

A column of text would take any other spelling for a value. So the row is refused when the spelled file is parsed, as
one with any NUL is, and the reject says what the value was.
"""

from __future__ import annotations

import re

_BEYOND = re.compile(rb"\0beyond \[([-0-9A-Za-z .:]{1,60})\]\0")  # any file may have NULs: only plain words are quoted


def beyond(value: str) -> str:
    """The cell of a date or time that is too far away to be written as one; `value` says what it is."""
    return f"\0beyond [{value}]\0"


def value_beyond(record: bytes) -> str | None:
    """The first such value of a record, if there is one."""
    found = _BEYOND.search(record)
    return found[1].decode("ascii") if found else None


def without_marks(record: bytes) -> bytes:
    """The record with its values as a person may read them."""
    return _BEYOND.sub(rb"\1", record)
