"""What a place can be asked for, wherever it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol


class Place(Protocol):
    """A file, or where one may come to be; for `listed`, a folder or a prefix."""

    def open(self) -> BinaryIO:
        """A seekable stream of its bytes."""

    def read(self, start: int, length: int) -> tuple[bytes, int]:
        """Bytes of a range (fewer when the file is shorter) and the size of the file now."""

    def blocks(self, start: int, length: int, block: int) -> Iterator[bytes]:
        """The bytes of a range, in blocks."""

    def stamp(self) -> str:
        """A text that differs when the file was changed."""

    def put(self, local: Path) -> None:
        """Become what a finished local file is, whole or not at all; that file is gone afterwards."""

    def exists(self) -> bool:
        """Whether a file is there."""

    def remove(self) -> None:
        """Be gone; being gone already is no error."""

    def listed(self) -> Iterator[tuple[str, datetime]]:
        """The files directly in it, and when they were last changed."""
