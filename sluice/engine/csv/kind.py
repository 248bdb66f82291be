"""What a file's first bytes say about its kind: files that are no CSV are refused by their name."""

from __future__ import annotations

from sluice.errors import DataError

UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UNPACK = "unpack it first"
_EXPORT = "export it as CSV first"
_KINDS = (
    (b"\x1f\x8b", "gzip", _UNPACK),
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "unpack it, or export it as CSV, first"),
    (b"BZh", "bzip2", _UNPACK),
    (b"\xfd7zXZ\x00", "xz", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "Zstandard", _UNPACK),
    (b"\x89PNG\r\n", "a PNG image", "it holds no rows"),
    (b"\xff\xd8\xff", "a JPEG image", "it holds no rows"),
    (b"%PDF-", "a PDF document", _EXPORT),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", _EXPORT),
    (b"PAR1", "Parquet", _EXPORT),
    (b"ARROW1", "Arrow IPC", _EXPORT),
    (b"SQLite format 3\x00", "an SQLite database", _EXPORT),
)


def refuse_other_kinds(head: bytes) -> None:
    """Raise DataError `empty_file`, `utf16` or `not_csv` when the head of a file tells as much."""
    if not head.removeprefix(UTF8_MARK).strip(b"\r\n"):
        raise DataError("empty_file", "The file is empty: it has not even a header.")
    for magic, name, advice in _KINDS:
        if head.startswith(magic):
            raise DataError("not_csv", f"This looks like {name}, not like CSV; {advice}.")
    if head.startswith(_UTF16_MARKS) or _is_unmarked_utf16(head):
        raise DataError("utf16", "The file is UTF-16, as Excel's 'Unicode text' is; save it as CSV UTF-8.")


def _is_unmarked_utf16(head: bytes) -> bool:
    """Western text in UTF-16 has NUL as every second byte."""
    sample = head[:256]
    half = len(sample) // 2
    return half >= 2 and half in (sample[0 : 2 * half : 2].count(0), sample[1 : 2 * half : 2].count(0))
