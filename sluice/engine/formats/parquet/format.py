"""Parquet as a format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from sluice.engine.formats.caps import Caps
from sluice.engine.formats.format import BinaryFormat
from sluice.engine.formats.parquet.read import is_parquet, names_of_parquet, spell_parquet
from sluice.engine.types.base import ColumnType


class _Parquet:
    def looks_like(self, head: bytes) -> bool:
        return is_parquet(head)

    def names(self, file: BinaryIO) -> tuple[str, ...]:
        return names_of_parquet(file)

    def spell(self, file: BinaryIO, columns: Mapping[str, ColumnType], caps: Caps) -> Iterator[bytes]:
        return spell_parquet(file, columns, caps)


PARQUET: BinaryFormat = _Parquet()
