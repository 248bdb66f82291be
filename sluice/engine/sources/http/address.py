"""Where an API is and who we are to it: what a source's settings say, and how an address is shown."""

from __future__ import annotations

import re

import httpx

from sluice.engine.declare import HttpApi
from sluice.engine.sources.setting import needed_setting
from sluice.errors import ConfigError, DataError

_TOKEN = re.compile("[!-~]+")  # what a header can hold; anything else would be shown by the error about it


def address(source: HttpApi) -> httpx.URL:
    """The URL of a source, without its parameters. Raises NotHere, ConfigError about the setting named by `base`."""
    if source.base is None:
        return httpx.URL(source.url)
    base = needed_setting(source.base, source.name)
    try:
        url = httpx.URL(base.rstrip("/") + source.url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo or url.query or url.fragment:
        raise ConfigError(
            f"{source.name}: the setting {source.base} is not the address of an API: it must begin with https:// or"
            " http://, have a host and may have a path, without password and parameters."
        )
    return url


def bearer(source: HttpApi) -> dict[str, str]:
    """The header that shows the token, if the source has one. Raises NotHere, ConfigError; neither holds the token."""
    if source.token is None:
        return {}
    token = needed_setting(source.token, source.name)
    if not _TOKEN.fullmatch(token):
        raise ConfigError(
            f"{source.name}: the setting {source.token} holds something that no bearer token has: a blank, a line "
            "break, or a character that is not ASCII. Set it to the token alone."
        )
    return {"Authorization": f"Bearer {token}"}


def onward(source: HttpApi, url: httpx.URL, link: str) -> httpx.URL:
    """Where a link of an answer to `url` leads. Raises DataError `other_origin`, `bad_next`."""
    try:
        found = url.join(link).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError) as error:
        raise DataError("bad_next", f"{source.name}: {shown(url)} leads on to what is not an address.") from error
    if (found.scheme, found.host, found.port) != (url.scheme, url.host, url.port) or found.userinfo != url.userinfo:
        raise DataError(
            "other_origin",
            f"{source.name}: {shown(url)} leads on to another origin, {found.scheme}://{found.netloc.decode('ascii')}. "
            "The token is not taken there, and nothing is loaded; if that is where the API is now, declare it so.",
        )
    return found


def shown(url: httpx.URL) -> str:
    """An address for people: without parameters, in which there may be secrets."""
    return str(url.copy_with(query=None, fragment=None, userinfo=b""))
