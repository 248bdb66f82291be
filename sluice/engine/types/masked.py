"""Values that are replaced at load: by an HMAC of what their type reads, so that equal ones stay equal."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.base.settings import settings
from sluice.engine.types.base import ColumnType, Parsed, StoredAsText
from sluice.engine.types.forgotten import spelled
from sluice.errors import SettingMissing

KEY = "SLUICE_MASK_KEY"
_OF_KEY = b"sluice: which key"


@dataclass(frozen=True)
class Masked(StoredAsText):
    """A column whose values are read by `of`, and stored as HMAC-SHA256 of their text: 64 hex digits.

    Declared by `Column(mask=True)`. Empty stays empty. What `of` refuses is refused.
    """

    of: ColumnType

    @property
    def decimal_mark(self) -> str:
        return self.of.decimal_mark

    def parse(self, text: pa.Array) -> Parsed:
        parsed = self.of.parse(text)
        different = parsed.values.dictionary_encode()
        key = mask_key()
        masks = [None if each is None else _mask(key, each) for each in spelled(different.dictionary)]
        return Parsed(pa.array(masks, pa.string()).take(pc.cast(different.indices, pa.int32())), parsed.refused)

    def show(self, text: str) -> str:
        return self.of.show(text)


def mask_key() -> bytes:
    """The key of masks. Raises SettingMissing, as another worker may have it."""
    key = settings().mask_key
    if key is None:
        raise SettingMissing(
            f"{KEY} is not set, and a column of the table is declared with mask=True: set it, or {KEY}_FILE, to "
            "the same secret wherever runs are queued and loaded."
        )
    return key.get_secret_value().encode()


def fingerprint() -> str:
    """By which the key is known without telling it."""
    return _mask(mask_key(), _OF_KEY.decode())


def _mask(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), hashlib.sha256).hex()
