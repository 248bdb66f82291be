"""Encodings: text into UTF-8, block by block.

Undecodable bytes do not end the file. They become bytes that are invalid UTF-8 in any position, so that the row, and
only the row, is refused later. Line ends are kept.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from sluice.engine.formats.unpack.streams import BLOCK
from sluice.errors import ConfigError

_NO_LAYER = {"utf-8", "utf-8-sig", "ascii"}
_NEVER_DECODED = (b"\xef\xbb\xbf", b"PAR1")  # UTF-8 with a byte order mark, Parquet
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_WITHOUT_MARK = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}
_WIDTHS = {"utf-16": 2, "utf-32": 4}
_KEEP = "sluice-keep"


def encoding_of(head: bytes, declared: str | None) -> tuple[str | None, int]:
    """The encoding to decode, None for UTF-8, and the length of the byte order mark.

    A mark takes precedence over the declaration. Raises ConfigError when Python does not know the declared encoding.
    """
    codec = _known(declared)
    if head.startswith(_NEVER_DECODED):
        return None, 0
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    if (codec is None or codec[:6] not in _WIDTHS or codec == "utf-16") and (seen := _unmarked_utf16(head)):
        return seen, 0
    return (None if codec in _NO_LAYER else _WITHOUT_MARK.get(codec or "", codec)), 0


def decoded(source: BinaryIO, encoding: str, mark: int) -> Iterator[bytes]:
    """A stream's text in UTF-8, without its byte order mark."""
    source.read(mark)
    decoder = codecs.getincrementaldecoder(encoding)(_KEEP)
    while block := source.read(BLOCK):
        if text := decoder.decode(block):
            yield text.encode("utf-8", _KEEP)
    if text := decoder.decode(b"", final=True):
        yield text.encode("utf-8", _KEEP)


def _known(declared: str | None) -> str | None:
    try:
        return None if declared is None else codecs.lookup(declared).name
    except LookupError as error:
        raise ConfigError(f"Encoding {declared!r} is not known to Python; declare e.g. 'cp1252'.") from error


def _unmarked_utf16(head: bytes) -> str | None:
    """Western text in UTF-16 has NUL as every second byte."""
    half = min(len(head), 256) // 2
    even, odd = (head[at : 2 * half : 2].count(0) == half for at in (0, 1))
    if half < 2 or even == odd:
        return None
    return "utf-16-be" if even else "utf-16-le"


def _keep(error: UnicodeError) -> tuple[str | bytes, int]:
    """A codec error handler: passes undecodable bytes through the text as surrogates, as surrogateescape does."""
    if isinstance(error, UnicodeDecodeError):
        bad = error.object[error.start : error.end]
        return (_wide(bad, error.encoding) if error.encoding[:6] in _WIDTHS else _narrow(bad)), error.end
    if isinstance(error, UnicodeEncodeError):
        return b"".join(_out(letter) for letter in error.object[error.start : error.end]), error.end
    raise error


def _wide(bad: bytes, encoding: str) -> str:
    """A lone surrogate stays one; an incomplete unit becomes the byte 0xFF."""
    width = _WIDTHS[encoding[:6]]
    units = [bad[at : at + width] for at in range(0, len(bad), width)]
    numbers = [int.from_bytes(unit, "little" if encoding.endswith("le") else "big") for unit in units]
    return "".join(chr(number) if 0xD800 <= number < 0xE000 else "\udcff" for number in numbers)


def _narrow(bad: bytes) -> str:
    """ASCII is kept, as it may have a line end, and is never all of the bytes."""
    text = bad.decode("ascii", "surrogateescape")
    return "\udcff" + text if bad.isascii() else text


def _out(letter: str) -> bytes:
    """The byte itself if it is invalid UTF-8 in any position, otherwise the surrogate's three bytes."""
    byte = ord(letter) - 0xDC00
    if 0x80 <= byte < 0xC2 or 0xF5 <= byte <= 0xFF:
        return bytes([byte])
    return letter.encode("utf-8", "surrogatepass")


codecs.register_error(_KEEP, _keep)
