"""The first look at a file: an empty one, and one of another kind, are refused."""

from __future__ import annotations

from sluice.engine.formats.text.binary import refuse_other_kinds
from sluice.engine.formats.text.source import UTF8_MARK
from sluice.errors import DataError


def refuse_no_csv(head: bytes) -> None:
    """Raise DataError `empty_file` or `not_csv` by the head of a file."""
    if not head.removeprefix(UTF8_MARK).strip(b"\r\n"):
        raise DataError("empty_file", "The file is empty, without a header.")
    refuse_other_kinds(head)
