"""The errors for compressed data that is broken or truncated. Nothing of the file is loaded."""

from __future__ import annotations

from sluice.errors import DataError

_AGAIN = "Nothing of it is loaded; pack or copy the file again."


def corrupt(packing: str, done: int, why: object) -> DataError:
    """The compressed data is inconsistent at about the unpacked byte `done`."""
    return DataError("corrupt", f"The {packing} data is broken at about unpacked byte {done:,} ({why}). {_AGAIN}")


def truncated(packing: str, done: int) -> DataError:
    """The compressed data is truncated after about `done` unpacked bytes."""
    return DataError("truncated", f"The {packing} data ends early, after about {done:,} unpacked bytes. {_AGAIN}")


def broken_directory(why: object) -> DataError:
    """A zip archive's directory cannot be read, or does not agree with the members."""
    return DataError("corrupt", f"The zip archive's directory is broken ({why}). {_AGAIN}")


def no_directory() -> DataError:
    """A zip archive without the directory at its end."""
    return DataError(
        "truncated", f"The zip archive ends early: its directory, which is at its end, is missing. {_AGAIN}"
    )


def memory_hungry(packing: str, limit: int) -> DataError:
    """The compressed data needs a larger window than a worker has memory for."""
    return DataError(
        "too_compressed",
        f"The {packing} data needs more than {limit >> 20} MiB of memory to be unpacked; pack it at a lower level.",
    )
