"""The kind of a file by its first bytes: files of known other kinds are refused with their name."""

from __future__ import annotations

from sluice.engine.formats.text.source import UTF8_MARK
from sluice.errors import DataError

_EXPORT = "export it as CSV first"
_KINDS = (
    (b"\x89PNG\r\n", "a PNG image", "it holds no rows"),
    (b"\xff\xd8\xff", "a JPEG image", "it holds no rows"),
    (b"%PDF-", "a PDF document", _EXPORT),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", _EXPORT),
    (b"ARROW1", "Arrow IPC", _EXPORT),
    (b"SQLite format 3\x00", "an SQLite database", _EXPORT),
)


def refuse_other_kinds(head: bytes) -> None:
    """Raise DataError `empty_file` or `not_csv` by the head of a file."""
    if not head.removeprefix(UTF8_MARK).strip(b"\r\n"):
        raise DataError("empty_file", "The file is empty, without a header.")
    for magic, name, advice in _KINDS:
        if head.startswith(magic):
            raise DataError("not_csv", f"This looks like {name}, not like CSV; {advice}.")
