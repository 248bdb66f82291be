"""Content that is not text: known kinds by their first bytes, others by how many control characters they have."""

from __future__ import annotations

import re

from sluice.errors import DataError

_EXPORT = "export it as CSV first"
_SAVE = "save it as .xlsx, without a password, or export it as CSV"
_UNPACK = "unpack it first"
_IMAGE = "it holds no rows"
_KINDS = (
    (rb"\x89PNG\r\n", "a PNG image", _IMAGE),
    (rb"\xff\xd8\xff", "a JPEG image", _IMAGE),
    (rb"GIF8[79]a", "a GIF image", _IMAGE),
    (rb"RIFF....WEBP", "a WebP image", _IMAGE),
    (rb"\xd0\xcf\x11\xe0", "an old Excel or Word file, or one with a password", _SAVE),
    (rb"ARROW1", "Arrow IPC", _EXPORT),
    (rb"SQLite format 3\x00", "an SQLite database", _EXPORT),
    (rb"ORC[\x00-\x1f]", "ORC", _EXPORT),
    (rb"Obj\x01", "Avro", _EXPORT),
    (rb"\x89HDF\r\n", "HDF5", _EXPORT),
    (rb"PGDMP", "a dump of pg_dump", "export the table as CSV: \\copy TABLE to FILE csv header"),
    (rb"PGCOPY\n", "binary COPY of PostgreSQL", "export the table as CSV: \\copy TABLE to FILE csv header"),
    (rb"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (rb"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (rb"\x04\x22\x4d\x18", "an LZ4 archive", _UNPACK),
    (rb"\x1f\x9d[\x89-\x90]", "an archive of compress", _UNPACK),
    (rb"\x7fELF|MZ[\x00-\xff]{62,510}PE\x00\x00", "a program", _IMAGE),
)
_AS_TEXT = ((rb"%PDF-", "a PDF document", _EXPORT), (rb"\{\\rtf", "an RTF document", _EXPORT))
_BINARY, _TEXT = (
    tuple((re.compile(pattern, re.DOTALL), name, advice) for pattern, name, advice in kinds)
    for kinds in (_KINDS, _AS_TEXT)
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
HEAD = 512
_LEAST, _SHARE = 3, 0.05  # random bytes have 10 % of them, text has none
_SHOWN = 8
# refusals of a file for what is in its first lines
_OF_THE_HEADER = {
    "not_csv",
    "header_too_long",
    "preamble_too_long",
    "unclosed_quote",
    "text_after_quote",
    "header_only",
}


def refuse_other_kinds(head: bytes) -> None:
    """Raise DataError `not_csv` for content of a known kind that is not text."""
    # many kinds begin with letters, and so may the header of a table: ORC, PGDMP; but text has no control characters
    kinds = _TEXT + _BINARY if _CONTROL.search(head) else _TEXT
    for magic, name, advice in kinds:
        if magic.match(head):
            raise DataError("not_csv", f"This looks like {name}, not like CSV; {advice}.")


def refuse_binary(head: bytes, error: DataError) -> None:
    """Raise DataError `not_csv` if a file was refused for its first lines, and they are binary data.

    `head` is the beginning of the content as it is in the file, before it is decoded.
    """
    head = head[:HEAD]
    if error.code not in _OF_THE_HEADER:
        return
    controls = len(_CONTROL.findall(head))
    if controls < max(_LEAST, _SHARE * len(head)):
        return
    begins = head[:_SHOWN].hex(" ").upper()
    raise DataError(
        "not_csv",
        f"The file looks like binary data, not like text: it begins with the bytes {begins}. Export it as CSV, JSON "
        "lines or Parquet; if it is text in UTF-16, declare that: Files(..., encoding='utf-16').",
    ) from error
