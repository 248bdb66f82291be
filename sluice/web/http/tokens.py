"""Bearer tokens: kept as hashes, compared in constant time, each with its rights."""

from __future__ import annotations

import hashlib
import hmac

from pydantic import SecretStr

from sluice.engine.base.settings import Settings
from sluice.errors import ConfigError

READ, WRITE = "read", "write"
SHORTEST = 16  # characters: too many to find by trial


class Tokens:
    """The tokens of the settings. A token that may write may read as well."""

    def __init__(self, read: list[str], write: list[str]) -> None:
        self._known = [(_hash(each), frozenset({READ})) for each in read]
        self._known += [(_hash(each), frozenset({READ, WRITE})) for each in write]

    def scopes_of(self, token: str) -> frozenset[str]:
        """The rights of the bearer; none for an unknown token."""
        given = _hash(token)
        found: frozenset[str] = frozenset()
        for known, scopes in self._known:  # all of them, always: so the time does not depend on the token
            if hmac.compare_digest(known, given):
                found |= scopes
        return found


def tokens_of(chosen: Settings) -> Tokens:
    """The tokens that are set. Raises ConfigError, with what to type, when there are none or one is weak."""
    read, write = _split(chosen.api_read_tokens), _split(chosen.api_write_tokens)
    if not read and not write:
        raise ConfigError(
            "No token is set, and without one the API cannot be used. Make one and set it:\n"
            '  export SLUICE_API_READ_TOKENS="$(openssl rand -hex 24)"\n'
            "SLUICE_API_WRITE_TOKENS are those that may also queue runs; both can come from files (..._FILE)."
        )
    weak = [each for each in (*read, *write) if len(each) < SHORTEST or not (each.isascii() and each.isprintable())]
    if weak:
        raise ConfigError(
            f"A token in SLUICE_API_READ_TOKENS or SLUICE_API_WRITE_TOKENS is shorter than {SHORTEST} characters or "
            "not plain ASCII: make another, `openssl rand -hex 24`."
        )
    return Tokens(read, write)


def _split(secret: SecretStr | None) -> list[str]:
    return [] if secret is None else secret.get_secret_value().replace(",", " ").split()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
