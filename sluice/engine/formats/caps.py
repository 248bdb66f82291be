"""Limits of a compressed file: its unpacked size, its compression ratio, and its nesting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sluice.errors import DataError

_HARMLESS = 64 << 20


@dataclass(frozen=True)
class Caps:
    """Limits of one input. `max_bytes` are counted after unpacking, at every layer.

    `max_ratio` is unpacked : packed; it is checked after 64 MiB, as small files are harmless. `max_layers` counts
    compression layers; the encoding of the text does not count.
    """

    max_bytes: int
    max_ratio: int
    max_layers: int = 3


def capped(blocks: Iterable[bytes], packed: int, caps: Caps) -> Iterator[bytes]:
    """Pass on the unpacked blocks of `packed` bytes. Raises DataError `too_large`, `too_compressed`."""
    done = 0
    for block in blocks:
        done += len(block)
        if done > caps.max_bytes:
            raise DataError(
                "too_large",
                f"The file unpacks to more than {caps.max_bytes:,} bytes; split it, or raise "
                "SLUICE_MAX_UNPACKED_BYTES.",
            )
        if done > _HARMLESS and done > packed * caps.max_ratio:
            raise too_compressed(packed, done, caps)
        yield block


def too_compressed(packed: int, done: int, caps: Caps) -> DataError:
    """The error for a file of `packed` bytes of which `done` were unpacked, or are declared."""
    return DataError(
        "too_compressed",
        f"{packed:,} packed bytes have unpacked to {done:,} and more are to come: over {caps.max_ratio} times "
        "their size, as in files made to fill a disk. If you trust the file, raise SLUICE_MAX_RATIO.",
    )
