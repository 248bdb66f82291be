"""The encoding of a file whose bytes are not UTF-8: found from all of its bytes, not from its first ones.

Which of the encodings of one byte a file has cannot be proved. Western European ones are distinguished by which of them
gives letters; a file of any other kind is refused, and its encoding has to be given.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sluice.errors import ConfigError

_ASCII = bytes(range(128))
_RUNS = re.compile(rb"[\x80-\xff]+")
_WESTERN = ("cp1252", "latin-1", "cp850", "mac_roman")  # in the order in which they are preferred
_LIKELY = frozenset("äöüÄÖÜßéèêëàâáãåæçñóòôõøíìîïúùûÿœÉÈÀÇÑÅØÆÁÍÓÚ€£°§«»\u2013\u2014\u2018\u2019“”„…·²³µ®™©¿¡\u00a0")
_FEW = 20  # good characters for each bad byte: then the file is UTF-8 with damaged rows
_SURE = 0.9  # of the high bytes are likely characters of Western European text
_RUN = 2.0  # high bytes in a row on average; in Western text letters of ASCII are between them


@dataclass
class Bytes:
    """Counts over a whole file: valid characters of UTF-8 beyond ASCII, bytes that are not, and of all high bytes."""

    good: int = 0
    bad: int = 0
    runs: int = 0
    high: Counter[int] = field(default_factory=Counter)

    @classmethod
    def of(cls, blocks: Iterable[bytes]) -> Bytes:
        """Count the bytes of a file."""
        found, decoder = cls(), codecs.getincrementaldecoder("utf-8")("replace")
        for block in blocks:
            if block.isascii() and not decoder.getstate()[0]:
                continue
            found._count(decoder.decode(block))
            found.runs += sum(1 for _ in _RUNS.finditer(block))
            found.high.update(block.translate(None, _ASCII))
        found._count(decoder.decode(b"", final=True))
        return found

    def _count(self, text: str) -> None:
        bad = text.count("\ufffd")
        self.bad += bad
        self.good += len(text) - len(text.encode("ascii", "ignore")) - bad


def encoding_for(found: Bytes, name: str) -> str | None:
    """The encoding to declare; None for UTF-8. Raises ConfigError where it cannot be known."""
    if found.bad == 0 or found.good > _FEW * found.bad:
        return None
    total = sum(found.high.values())
    if found.good * _FEW > total or total / max(found.runs, 1) > _RUN:
        raise _unknown(found, name)
    best = max(_WESTERN, key=lambda each: _share(found.high, each))
    if _share(found.high, best) < _SURE:
        raise _unknown(found, name)
    return best


def _unknown(found: Bytes, name: str) -> ConfigError:
    also = f", {found.good:,} characters are" if found.good else ""
    return ConfigError(
        f"{found.bad:,} bytes of {name} are not UTF-8{also}, and do not look like a Western European encoding. Give"
        " the encoding that the program which wrote the file uses: --encoding cp1251 (Cyrillic), cp1250 (Central"
        " European), shift_jis."
    )


def _share(high: Counter[int], encoding: str) -> float:
    """The share of high bytes that this encoding reads as likely characters; 0 if it does not know one of them."""
    read = {byte: bytes([byte]).decode(encoding, "replace") for byte in high}
    if "\ufffd" in read.values():
        return 0.0
    likely = sum(count for byte, count in high.items() if read[byte] in _LIKELY)
    return round(likely / max(sum(high.values()), 1), 3)
