"""Values outside every column type, in a file converted to CSV: they are between NULs, which text must not have.

A text column would accept any other text as a value. With a NUL the row is refused when the converted file is parsed,
and the reject gives the value.
"""

from __future__ import annotations

import re

_BEYOND = re.compile(rb"\0beyond \[([-0-9A-Za-z .:]{1,60})\]\0")  # any file may have NULs: only plain words are shown

_WRONG = re.compile(r"\0wrong \[([-0-9A-Za-z .:#/!?]{1,60})\]\0")


def beyond(value: str) -> str:
    """The cell of a date or time outside the range that can be written; `value` is its text."""
    return f"\0beyond [{value}]\0"


def wrong_cell(what: str) -> str:
    """The text of a cell that has an error instead of a value, such as `#N/A`."""
    return f"\0wrong [{what}]\0"


def wrong_in(text: str) -> str | None:
    """What is wrong with such a cell; None for any other text."""
    match = _WRONG.fullmatch(text)
    return match[1] if match else None


def value_beyond(record: bytes) -> str | None:
    """The first such value of a record, if any."""
    match = _BEYOND.search(record)
    return match[1].decode("ascii") if match else None


def without_marks(record: bytes) -> bytes:
    """The record with these values readable."""
    return _BEYOND.sub(rb"\1", record)
