"""Objects of a store. Nothing is cached, because objects change."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sluice.engine.storage.address import bucket_and_key, scheme
from sluice.engine.storage.client import BLOCK, client, upload_options
from sluice.engine.storage.failures import translated
from sluice.engine.storage.listing import inside, matching
from sluice.engine.storage.order import name_order

_CHANGED = ("LastModified", "last_modified", "updated", "mtime")
_TAGS = ("ETag", "etag", "generation", *_CHANGED)


class RemotePlace:
    """An address in an object store.

    Every method raises NotHere for a missing object or permission, TransientError when the store is unavailable or
    busy, ConfigError when its library is not installed.
    """

    def __init__(self, uri: str) -> None:
        self._uri = uri
        bucket, key = bucket_and_key(uri)
        self._root = uri.partition("://")[0] + "://" + bucket
        self._bucket = bucket.partition("@")[0]
        self._path = f"{self._bucket}/{key}"

    def open(self) -> BinaryIO:
        """As Place. Reading raises InputChanged when the object was overwritten, if the store detects that."""
        with translated(self._uri):
            stream = client(self._uri).open(self._path, "rb", block_size=BLOCK, cache_type="readahead")
            self._only_files(stream.details)
        return io.BufferedReader(_Translated(self._uri, stream), 1 << 17)

    def read(self, start: int, length: int) -> tuple[bytes, int]:
        """As Place, in one request for the size and one for the bytes."""
        with translated(self._uri):
            store = client(self._uri)
            size = int(self._info(store)["size"])
            end = min(start + length, size)
            return (store.cat_file(self._path, start=start, end=end) if start < end else b""), size

    def blocks(self, start: int, length: int, block: int) -> Iterator[bytes]:
        """As Place."""
        step = max(block, BLOCK)
        for first in range(start, start + length, step):
            piece, _ = self.read(first, min(step, start + length - first))
            for at in range(0, len(piece), block):
                yield piece[at : at + block]
            if len(piece) < step:
                return

    def stamp(self) -> str:
        """Size in bytes and the store's own tag."""
        with translated(self._uri):
            return _stamp(self._info(client(self._uri)))

    def put(self, local: Path) -> None:
        """As Place: stores show an object only when it is complete."""
        with translated(self._uri):
            options = upload_options(scheme(self._uri), local.stat().st_size)
            client(self._uri).put_file(str(local), self._path, **options)
        local.unlink()

    def exists(self) -> bool:
        """As Place. Raises NotHere when the store refuses to say, without permission."""
        with translated(self._uri):
            try:
                self._info(client(self._uri))
            except FileNotFoundError:
                return False
        return True

    def remove(self) -> None:
        """As Place."""
        with translated(self._uri):
            try:
                client(self._uri).rm_file(self._path)
            except FileNotFoundError:
                return

    def listed(self) -> Iterator[tuple[str, datetime]]:
        """As Place. Raises NotHere when the bucket does not exist."""
        with translated(self._uri):
            entries = list(inside(client(self._uri), self._path.rstrip("/"), "file"))
        for info in entries:
            yield self._address(info["name"]), _changed(info)

    def matching(self, pattern: str) -> list[str]:
        """The addresses of objects whose names match a glob below this prefix, in the order of `name_order`."""
        with translated(self._uri):
            entries = list(matching(client(self._uri), self._path.rstrip("/"), pattern))
        return sorted((self._address(info["name"]) for info in entries), key=name_order)

    def stamped(self, pattern: str) -> dict[str, tuple[str, datetime]]:
        """The same objects, each with its stamp and its time of last change, from the listing alone."""
        with translated(self._uri):
            entries = list(matching(client(self._uri), self._path.rstrip("/"), pattern))
        return {self._address(info["name"]): (_stamp(info), _changed(info)) for info in entries}

    def _info(self, store: Any) -> dict[str, Any]:
        info: dict[str, Any] = store.info(self._path)
        self._only_files(info)
        return info

    def _only_files(self, info: dict[str, Any]) -> None:
        if info["type"] != "file":
            raise FileNotFoundError(self._path)

    def _address(self, name: str) -> str:
        return f"{self._root}/{name.partition('/')[2]}"


class _Translated(io.RawIOBase):
    """A library's stream that raises Sluice errors."""

    def __init__(self, uri: str, stream: Any) -> None:
        self._uri = uri
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._stream.seek(offset, whence))

    def tell(self) -> int:
        return int(self._stream.tell())

    def readinto(self, into: Any) -> int:
        view = memoryview(into).cast("B")
        with translated(self._uri):
            data = self._stream.read(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def _stamp(info: dict[str, Any]) -> str:
    """Size in bytes and the store's own tag."""
    tag = next((info[name] for name in _TAGS if info.get(name)), "")
    return f"{info['size']}-{tag}"


def _changed(info: dict[str, Any]) -> datetime:
    when = next(info[name] for name in _CHANGED if info.get(name))
    when = datetime.fromisoformat(when) if isinstance(when, str) else when
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
