"""An HTTP API as a source."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.names import SETTING, check_identifier
from sluice.engine.declare.sources.paging import Paging, ends_of, mistakes_of
from sluice.errors import ConfigError


@dataclass(frozen=True)
class HttpApi(Declaration):
    """Records that an HTTP API answers a GET with: JSON objects in an array, or JSON lines.

    `url` is absolute, or with `base` a path below the address that the setting of that name holds. `token` is the
    NAME of the setting with the bearer token; `<NAME>_FILE` names a file instead. `records` is the dotted path to
    the array (`"data.items"`); without it the document is the array, or JSON lines. `pages` says how the next page
    is found; without it there is one. `params` go into the query of every page that Sluice asks for by itself.
    A page that says anything under one of the `error_keys` beside its records is an error, whatever its status.

    `timeout_s` is for connecting and for each wait for bytes, `total_s` for the whole fetch, in seconds; `max_bytes`
    is for one answer, unpacked; `tries` is for each page. `snapshot=True`: one fetch is the whole, as with `Files`.
    """

    url: str
    name: str
    base: str | None = None
    token: str | None = None
    records: str | None = None
    pages: Paging | None = None
    params: Mapping[str, str | int] = field(default_factory=dict)
    error_keys: Sequence[str] = ("error", "errors")
    timeout_s: float = 30
    total_s: float = 3600
    max_bytes: int = 64 << 20
    max_pages: int = 10_000
    tries: int = 5
    snapshot: bool = False

    def __post_init__(self) -> None:
        check_identifier("Source", self.name)
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"HttpApi {self.name!r}: " + " ".join(mistakes))

    def _mistakes(self) -> Iterator[str]:
        yield from self._mistakes_of_address()
        yield from mistakes_of(self.pages, self.records)
        for name in ("timeout_s", "total_s", "max_bytes", "max_pages", "tries"):
            if not getattr(self, name) > 0:
                yield f"{name} is a number above 0."

    def _mistakes_of_address(self) -> Iterator[str]:
        try:
            address = urlsplit(self.url)
            plain = address.port != 0 and not re.search(r"[\s\x00-\x1f]", self.url)
        except ValueError:
            plain = False
        if not plain:
            yield "url is not a valid address: does it hold a blank, or a port that is not a number?"
            return
        if self.base is None and (address.scheme not in {"http", "https"} or not address.hostname):
            yield "url begins with https:// or http://, or base= names the setting that holds how it begins."
        if self.base is not None and (address.scheme or address.netloc or not self.url.startswith("/")):
            yield "With base=, url is a path that begins with /."
        if address.username or address.password:
            yield "url holds a password: name the setting with the token instead, token='...'."
        if address.query or address.fragment:
            yield "url has no ? and no #: say params={...}."
        for what, name in (("base", self.base), ("token", self.token)):
            if name is not None and not SETTING.fullmatch(name):
                yield f"{what} is the NAME of a setting, e.g. 'SLUICE_SHOP_API_{what.upper()}', not its value."

    @property
    def reading(self) -> dict[str, object]:
        """What decides which records come: where these change, nothing that is known of earlier answers holds."""
        asked = repr((self.url, self.records, self.pages, dict(self.params)))
        if ends := ends_of(self.pages):
            asked += repr(ends)
        return {"request": hashlib.sha256(asked.encode()).hexdigest()[:16]}

    @property
    def settings(self) -> tuple[str, ...]:
        """The names of the settings that it needs."""
        return tuple(name for name in (self.base, self.token) if name is not None)
