"""Parquet as a format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from sluice.engine.declare import Files
from sluice.engine.declare.sources.files import SPELLED
from sluice.engine.formats.caps import Caps
from sluice.engine.formats.format import BinaryFormat, Converted
from sluice.engine.formats.parquet.read import is_parquet, names_of_parquet, spell_parquet
from sluice.engine.types.base import ColumnType


class _Parquet:
    def looks_like(self, head: bytes) -> bool:
        return is_parquet(head)

    def convert(
        self,
        file: BinaryIO,
        source: Files,  # noqa: ARG002 - a Parquet file says everything itself
        columns: Mapping[str, ColumnType],
        caps: Caps,
    ) -> Converted:
        return Converted(names_of_parquet(file), spell_parquet(file, columns, caps), b"", SPELLED)


PARQUET: BinaryFormat = _Parquet()
