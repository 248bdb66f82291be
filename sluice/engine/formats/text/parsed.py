"""The result of parsing a part, for any format."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from sluice.engine.formats.text.rejects import RowReject


@dataclass(frozen=True)
class ParsedPart:
    """`rows`: per requested header a `pa.string()` column in one chunk, then `_line` (int64).

    An empty field is '', never null; a header that the file does not have is a column of nulls. Rows and
    `rejects` are in the order of their lines.
    """

    rows: pa.Table
    rejects: list[RowReject]
