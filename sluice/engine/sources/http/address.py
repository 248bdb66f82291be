"""The address and the credentials of an API from a source's settings, and addresses for messages."""

from __future__ import annotations

import re

import httpx

from sluice.engine.declare import HttpApi
from sluice.engine.sources.setting import needed_setting
from sluice.errors import ConfigError, DataError

_TOKEN = re.compile("[!-~]+")  # characters allowed in a header; for others the library's error would show the token


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
    """The Authorization header, if the source has a token. Raises NotHere, ConfigError, both without the token."""
    if source.token is None:
        return {}
    token = needed_setting(source.token, source.name)
    if not _TOKEN.fullmatch(token):
        raise ConfigError(
            f"{source.name}: the setting {source.token} has a character that is not valid in a token: a blank, a line "
            "break, or a character that is not ASCII. Set it to the token alone."
        )
    return {"Authorization": f"Bearer {token}"}


def link_target(source: HttpApi, url: httpx.URL, link: str) -> httpx.URL:
    """The absolute URL of a link in the response from `url`. Raises DataError `other_origin`, `bad_next`."""
    try:
        target = url.join(link).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError) as error:
        raise DataError("bad_next", f"{source.name}: {shown(url)} has a link that is not a valid address.") from error
    if (target.scheme, target.host, target.port) != (url.scheme, url.host, url.port) or target.userinfo != url.userinfo:
        raise DataError(
            "other_origin",
            f"{source.name}: {shown(url)} links to another origin, {target.scheme}://{target.netloc.decode('ascii')}. "
            "The token is not sent there, and nothing is loaded; if the API has moved there, declare the new url.",
        )
    return target


def shown(url: httpx.URL) -> str:
    """An address for messages: without parameters, which may have secrets."""
    return str(url.copy_with(query=None, fragment=None, userinfo=b""))
