"""Memory limits of a file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Memory limits of a file. Bytes count a record without its line end.

    A longer record is a reject (`line_too_long`), a longer or wider header refuses the file.
    """

    max_record_bytes: int = 1 << 20
    max_columns: int = 4096
    max_header_bytes: int = 1 << 20
