"""What a generator of files says of them: how many rows a right load leaves, and their sums."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sluice.samples.expected import Sums


class Made(NamedTuple):
    """Of all files together."""

    loaded: int
    sums: Sums


Write = Callable[[Path, int, int], Made]  # folder, rows, files
