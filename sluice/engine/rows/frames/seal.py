"""Seals: a value from Redis is used only if this installation wrote it.

A seal is a nonce and a tag of AES-256-GMAC (NIST SP 800-38D: GCM that encrypts nothing and authenticates all). Its key
is in PostgreSQL, and unknown to Redis. GMAC and not keyed BLAKE2b: processors have
instructions for it, so it costs a hundredth of a second for what takes BLAKE2b a quarter of one.
"""

from __future__ import annotations

import os
from typing import ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sluice.engine.database.connection import transaction
from sluice.engine.database.ledger import ledger_schema
from sluice.engine.database.statements import statements
from sluice.errors import TablesMissing

query = statements(__name__)
_NONCE = 12  # bytes; random: two of 2**32 values share one with a probability of 2**-33
_keys: dict[int, AESGCM] = {}


class Seal:
    """Makes and checks seals with the key of this installation, read once in each process.

    Raises TransientError while PostgreSQL does not answer, TablesMissing without a key.
    """

    SIZE: ClassVar[int] = _NONCE + 16

    def __init__(self) -> None:
        if os.getpid() not in _keys:
            _keys.clear()
            _keys[os.getpid()] = AESGCM(_read_key())
        self._key = _keys[os.getpid()]

    def of(self, value: bytes) -> bytes:
        """The seal of a value: SIZE bytes."""
        nonce = os.urandom(_NONCE)
        return nonce + self._key.encrypt(nonce, b"", value)

    def holds(self, seal: bytes, value: bytes) -> bool:
        """Whether this installation sealed this value."""
        if len(seal) != self.SIZE:
            return False
        try:
            self._key.decrypt(seal[:_NONCE], seal[_NONCE:], value)
        except InvalidTag:
            return False
        return True


def forget_key() -> None:
    """Read the key again before it is used: the database is another one."""
    _keys.clear()


def _read_key() -> bytes:
    with transaction() as cursor:
        cursor.execute(query("frame_key"))
        row = cursor.fetchone()
    if row is None:
        raise TablesMissing(f"The key of frames is missing (table {ledger_schema()}.frame_key). Run `sluice migrate`.")
    return bytes(row[0])
