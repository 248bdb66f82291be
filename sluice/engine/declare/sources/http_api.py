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
    """The records that an HTTP API returns for a GET: JSON objects in an array, or JSON lines.

    `url` is absolute, or with `base` a path below the address in the setting of that name. `token` is the NAME of the
    setting with the bearer token; `<NAME>_FILE` names a file instead. `records` is the dotted path to the array
    (`"data.items"`); without it the document is the array, or JSON lines. `pages` declares how the next page is found;
    without it there is a single page. `params` are added to the query of every page whose URL Sluice builds. A page
    with a value under one of the `error_keys` next to its records is an error, whatever its status.

    `timeout_s` is for connecting and for each wait for bytes, `total_s` for the whole fetch, in seconds; `max_bytes`
    is for one response, uncompressed; `tries` is for each page. `snapshot=True`: a fetch is the whole, as with `Files`.
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
                yield f"{name} must be a number greater than 0, not {getattr(self, name)!r}."

    def _mistakes_of_address(self) -> Iterator[str]:
        try:
            address = urlsplit(self.url)
            plain = address.port != 0 and not re.search(r"[\s\x00-\x1f]", self.url)
        except ValueError:
            plain = False
        if not plain:
            yield "url is not a valid address: does it have a blank, or a port that is not a number?"
            return
        if self.base is None and (address.scheme not in {"http", "https"} or not address.hostname):
            yield "url must begin with https:// or http://, or base= must name the setting with its beginning."
        if self.base is not None and (address.scheme or address.netloc or not self.url.startswith("/")):
            yield "With base=, url must be a path that begins with /."
        if address.username or address.password:
            yield "url must not have a password: name the setting with the token instead, token='...'."
        if address.query or address.fragment:
            yield "url must not have ? or #: use params={...}."
        for what, name in (("base", self.base), ("token", self.token)):
            if name is not None and not SETTING.fullmatch(name):
                yield f"{what} must be the NAME of a setting, e.g. 'SLUICE_SHOP_API_{what.upper()}', not its value."

    @property
    def reading(self) -> dict[str, object]:
        """A hash of what determines the records: when it changes, notes of earlier fetches do not apply."""
        request = repr((self.url, self.records, self.pages, dict(self.params)))
        if ends := ends_of(self.pages):
            request += repr(ends)
        return {"request": hashlib.sha256(request.encode()).hexdigest()[:16]}

    @property
    def settings(self) -> tuple[str, ...]:
        """The names of the settings that it needs."""
        return tuple(name for name in (self.base, self.token) if name is not None)
