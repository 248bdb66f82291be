"""Parquet files in memory, and the whole way from one to typed values."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sluice.engine.csv import Told, match_header, parse_part, plan_csv
from sluice.engine.parquet import spell_parquet
from sluice.engine.types import ColumnType


def parquet(columns: Mapping[str, Any], **named: Any) -> io.BytesIO:
    sink = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), sink, **named)
    sink.seek(0)
    return sink


def spelled(columns: Mapping[str, Any], declared: Mapping[str, ColumnType], **named: Any) -> str:
    return b"".join(spell_parquet(parquet(columns, **named), declared)).decode()


@dataclass(frozen=True)
class Back:
    """One column after all: its typed values (null where empty or refused), texts, and codes of refused rows."""

    values: list[Any]
    texts: list[str]
    refused: dict[int, str]


def there_and_back(values: pa.Array, declared: ColumnType, **named: Any) -> Back:
    """One column through Parquet, its CSV, the CSV's parser and the declared type."""
    data = b"".join(spell_parquet(parquet({"v": values}, **named), {"v": declared}))
    planned = plan_csv(io.BytesIO(data), part_bytes=1 << 24, told=Told(","))
    assert planned.read == len(values)
    match = match_header(planned.dialect, ("v",), ("v",))
    body = data[planned.parts[0].offset :]
    # no part of a test is as large as a part of a file
    found = parse_part(body, dialect=planned.dialect, match=match, first_line=2, read=planned.read)  # type: ignore[arg-type]
    assert not found.rejects
    text = found.rows.column("v").combine_chunks()
    parsed = declared.parse(text)
    refused = {row: each.code for each in parsed.refused for row in each.rows.nonzero()[0].tolist()}
    return Back(parsed.values.to_pylist(), text.to_pylist(), refused)
