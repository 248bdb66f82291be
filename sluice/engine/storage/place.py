"""The interface of a place: local or in an object store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol


class Place(Protocol):
    """The location of a file that exists or may be written; for `listed`, a folder or a prefix."""

    def open(self) -> BinaryIO:
        """A seekable stream of its bytes."""

    def read(self, start: int, length: int) -> tuple[bytes, int]:
        """Bytes of a range (fewer when the file is shorter) and the size of the file now."""

    def blocks(self, start: int, length: int, block: int) -> Iterator[bytes]:
        """The bytes of a range, in blocks."""

    def stamp(self) -> str:
        """A text that changes when the file changes."""

    def put(self, local: Path) -> None:
        """Move a finished local file here, atomically."""

    def exists(self) -> bool:
        """Whether the file exists."""

    def remove(self) -> None:
        """Delete the file; a missing one is not an error."""

    def listed(self) -> Iterator[tuple[str, datetime]]:
        """The files directly in it, with their times of last change."""
