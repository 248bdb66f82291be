"""The client libraries of object stores, through fsspec: with timeouts, with limited retries, without a cache.

Credentials and endpoints come from each library's usual places. Workers fork: fsspec keeps one client per process and
thread, so the client is fetched from it each time and not kept here.
"""

from __future__ import annotations

import importlib
from typing import Any

from sluice.engine.storage.address import LIBRARIES, scheme
from sluice.errors import ConfigError

BLOCK = 8 << 20  # bytes per request: a part in one request, and few requests for a whole file
CONNECT_S = 5
READ_S = 15
_ATTEMPTS = 2  # of s3fs, each of as many of botocore: a server that drops packets is given up within a minute
_UPLOADS = 2  # pieces of a file in memory, sent at the same time
_MAX_PIECES = 9_000  # an object of S3 has at most 10,000


def client(uri: str) -> Any:
    """The fsspec file system of an address. Raises ConfigError when its library is not installed."""
    kind = scheme(uri)
    if kind is None:
        raise ValueError(f"{uri} is not the address of an object store")
    library = LIBRARIES[kind]
    try:
        importlib.import_module(library.package)
        fsspec = importlib.import_module("fsspec")
    except ImportError as error:
        command = f"pip install 'sluice-etl[{library.extra}]'"
        raise ConfigError(f"{kind}:// needs {library.package}, which is not installed. Type: {command}") from error
    made = fsspec.filesystem(kind, use_listings_cache=False, **_options(kind, uri))
    if kind == "s3":
        made.retries = _ATTEMPTS
    return made


def _options(kind: str, uri: str) -> dict[str, Any]:
    if kind == "s3":
        retries = {"mode": "standard", "total_max_attempts": _ATTEMPTS}
        return {"config_kwargs": {"connect_timeout": CONNECT_S, "read_timeout": READ_S, "retries": retries}}
    if kind == "gs":
        aiohttp = importlib.import_module("aiohttp")
        return {"requests_timeout": aiohttp.ClientTimeout(sock_connect=CONNECT_S, sock_read=READ_S)}
    host = uri.partition("://")[2].partition("/")[0].partition("@")[2]
    account = {"account_name": host.partition(".")[0]} if host else {}
    return {"connection_timeout": CONNECT_S, "read_timeout": READ_S, **account}


def upload_options(kind: str | None, size: int) -> dict[str, Any]:
    """The options of an upload of `size` bytes: in pieces of a few MiB, to limit memory."""
    piece = max(BLOCK, -(-size // _MAX_PIECES >> 20) << 20)
    if kind == "s3":
        return {"chunksize": piece, "max_concurrency": _UPLOADS}
    if kind == "gs":
        return {"chunksize": piece}
    return {"max_concurrency": _UPLOADS}
