"""Files of other servers: https://, sftp:// and what else fsspec reads. They are fetched whole before they are read.

Such a server may not read ranges, or give another version for each request. So a file is copied to a temporary one in
one pass, between two looks at its size and tag, and whatever is read is that copy.
"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sluice.engine.storage.address import library_of, refuse_secrets, scheme
from sluice.engine.storage.client import CONNECT_S, READ_S
from sluice.engine.storage.failures import translated
from sluice.engine.storage.host_keys import checked_host_key
from sluice.errors import ConfigError, InputChanged, TransientError

_BLOCK = 1 << 20
_TAGS = ("ETag", "Content-MD5", "Last-Modified", "mtime", "modified", "LastModified", "created")


class FetchedPlace:
    """A file of another server, by its address.

    Every method raises NotHere for a missing file or permission, TransientError when the server is unavailable,
    ConfigError when the library of its protocol is not installed, or for an address with a secret in it.
    """

    def __init__(self, uri: str) -> None:
        refuse_secrets(uri)
        self._uri = uri

    def open(self) -> BinaryIO:
        """As Place: a temporary copy. Raises InputChanged when the file was changed while it was fetched."""
        with translated(self._uri):
            store, path = self._store()
            before = _stamp(_info(store, path))
            copy = tempfile.TemporaryFile(prefix="sluice-")  # noqa: SIM115 - closed by the caller, or here
            try:
                with closing(store.open(path, "rb", **_reading(self._uri))) as remote:
                    _copy(remote, copy)
                self._check(before, _stamp(_info(store, path)), copy.tell())
            except BaseException:
                copy.close()
                raise
        copy.seek(0)
        return copy

    def read(self, start: int, length: int) -> tuple[bytes, int]:
        """As Place, from a copy."""
        with self.open() as copy:
            size = copy.seek(0, 2)
            copy.seek(start)
            return copy.read(length), size

    def blocks(self, start: int, length: int, block: int) -> Iterator[bytes]:
        """As Place, from a copy."""
        with self.open() as copy:
            copy.seek(start)
            while length > 0 and (piece := copy.read(min(block, length))):
                length -= len(piece)
                yield piece

    def stamp(self) -> str:
        """As Place: the size, and the tag or time of change that the server gives."""
        with translated(self._uri):
            store, path = self._store()
            return _stamp(_info(store, path))

    def exists(self) -> bool:
        """As Place."""
        with translated(self._uri):
            store, path = self._store()
            try:
                return bool(_info(store, path)["type"] == "file")
            except FileNotFoundError:
                return False

    def put(self, local: Path) -> None:  # noqa: ARG002
        """Files are only fetched."""
        raise self._read_only()

    def remove(self) -> None:
        """Files are only fetched."""
        raise self._read_only()

    def listed(self) -> Iterator[tuple[str, datetime]]:
        """Files are named one by one."""
        raise self._read_only()

    def _read_only(self) -> ConfigError:
        return ConfigError(
            f"{self._uri}: files of {scheme(self._uri)}:// are fetched, each by its address. For an inbox, the landing "
            "or exports use a folder or an object store (s3://, gs://, az://)."
        )

    def _store(self) -> tuple[Any, str]:
        kind = scheme(self._uri) or ""
        library = library_of(kind)
        try:
            core = importlib.import_module("fsspec.core")
            store, path = core.url_to_fs(self._uri, **_options(kind))
        except ImportError as error:
            raise ConfigError(
                f"{kind}:// needs a library that is not installed ({error}). Type: pip install "
                f"'sluice-etl[{library.extra}]'"
            ) from error
        return store, str(path)

    def _check(self, before: str, after: str, size: int) -> None:
        told = before.partition("-")[0]
        if before != after or (told.isdecimal() and int(told) != size):
            raise InputChanged(f"{self._uri} was changed while it was fetched.")


def _options(kind: str) -> dict[str, Any]:
    if kind in ("http", "https"):
        aiohttp = importlib.import_module("aiohttp")
        timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_S, sock_read=READ_S)
        return {"client_kwargs": {"timeout": timeout}, "use_listings_cache": False}
    if kind in ("sftp", "ssh"):
        # a connection that waited in a cache may be closed
        limits = {"timeout": CONNECT_S, "banner_timeout": READ_S, "auth_timeout": READ_S}
        return _host_keys() | limits | {"skip_instance_cache": True}
    return {}


def _host_keys() -> dict[str, Any]:
    """How the host key of an SFTP server is checked; FSSPEC_SFTP_HOST_KEY_POLICY says otherwise."""
    chosen = importlib.import_module("fsspec.config").conf.get("sftp", {})
    return {} if "host_key_policy" in chosen else {"host_key_policy": checked_host_key()}


def _reading(uri: str) -> dict[str, Any]:
    """http: one request for the whole file, whether or not the server reads ranges."""
    return {"block_size": 0} if scheme(uri) in ("http", "https") else {}


def _copy(remote: Any, copy: Any) -> None:
    while block := remote.read(_BLOCK):
        try:
            copy.write(block)
        except OSError as error:
            where = f"{tempfile.gettempdir()}: {error.strerror}"
            raise TransientError(f"No space to fetch a file ({where}). Free some, or set TMPDIR.") from error


def _info(store: Any, path: str) -> dict[str, Any]:
    """What the server says about a file. For fsspec every failure of HTTP is a missing file: its cause is raised."""
    try:
        info: dict[str, Any] = store.info(path)
    except FileNotFoundError as missing:
        cause = missing.__cause__
        if cause is not None and getattr(cause, "status", None) not in (404, 410):
            raise cause from None
        raise
    return info


def _stamp(info: dict[str, Any]) -> str:
    """Size in bytes, and what the server says about the version."""
    if info["type"] != "file":
        raise FileNotFoundError(info.get("name"))
    tag = next((info[name] for name in _TAGS if info.get(name)), "")
    return f"{'' if info.get('size') is None else info['size']}-{tag}"
