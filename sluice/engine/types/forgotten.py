"""Forgotten values of a table's columns, known by their keyed hashes: which rows have one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.types.base import Mask

HASH_BYTES = 32


def can_identify(kind: pa.DataType) -> bool:
    """Whether a value of this type may be forgotten: true and false, fractions and times of day name nobody."""
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_date(kind)
        or pa.types.is_timestamp(kind)
    )


def spelled(values: pa.Array) -> list[str | None]:
    """Typed values as texts, each value in one spelling: a number has no zeros at the end of its fraction."""
    texts: list[str | None] = pc.cast(values, pa.string()).to_pylist()
    if not pa.types.is_decimal(values.type):
        return texts
    return [text.rstrip("0").rstrip(".") if text is not None and "." in text else text for text in texts]


def keyed_hash(key: bytes, text: str) -> bytes:
    """The hash of a value's text: BLAKE2b with a key, which costs half of an HMAC."""
    return hashlib.blake2b(text.encode(), key=key, digest_size=HASH_BYTES).digest()


@dataclass(frozen=True)
class Forgotten:
    """The hashes of forgotten values by column, and their key."""

    key: bytes
    hashes: Mapping[str, frozenset[bytes]]

    def rows(self, typed: Mapping[str, pa.Array], count: int) -> Mask:
        """Which of so many rows have a forgotten value. Each different value is hashed once."""
        found: Mask = np.zeros(count, np.bool_)
        for column, hashes in self.hashes.items():
            if column in typed and typed[column].null_count < count:
                found |= self._in(typed[column], hashes)
        return found

    def _in(self, values: pa.Array, hashes: frozenset[bytes]) -> Mask:
        different = values.dictionary_encode()
        keyed = hashlib.blake2b(key=self.key, digest_size=HASH_BYTES)
        hits = np.fromiter(
            (_hash(keyed, text) in hashes for text in spelled(different.dictionary)),
            np.bool_,
            len(different.dictionary),
        )
        if not hits.any():
            return np.zeros(len(values), np.bool_)
        chosen = pc.is_in(different.indices, pa.array(np.flatnonzero(hits), different.indices.type))
        mask: Mask = pc.fill_null(chosen, False).to_numpy(zero_copy_only=False)
        return mask


def _hash(keyed: hashlib.blake2b, text: str | None) -> bytes:
    copy = keyed.copy()
    copy.update((text or "").encode())
    return copy.digest()
