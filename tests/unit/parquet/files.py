"""Parquet files in memory, and the whole way from one to typed values."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sluice.engine.formats.csv import CsvOptions, parse_part, plan_csv
from sluice.engine.formats.parquet import spell_parquet
from sluice.engine.formats.text.header import match_header
from sluice.engine.formats.text.rejects import RowReject
from sluice.engine.formats.unpack import Caps
from sluice.engine.types import ColumnType

CAPS = Caps(max_bytes=1 << 36, max_ratio=200)


def parquet(columns: Mapping[str, Any], **named: Any) -> io.BytesIO:
    sink = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), sink, **named)
    sink.seek(0)
    return sink


def spelled(columns: Mapping[str, Any], declared: Mapping[str, ColumnType], **named: Any) -> str:
    return b"".join(spell_parquet(parquet(columns, **named), declared, CAPS)).decode()


@dataclass(frozen=True)
class Back:
    """One column after all: its typed values (null where empty or refused), texts, and codes of refused rows."""

    values: list[Any]
    texts: list[str]
    refused: dict[int, str]


def there_and_back(values: pa.Array, declared: ColumnType, **named: Any) -> Back:
    """One column through Parquet, its CSV, the CSV's parser and the declared type."""
    data = b"".join(spell_parquet(parquet({"v": values}, **named), {"v": declared}, CAPS))
    planned = plan_csv(io.BytesIO(data), part_bytes=1 << 24, options=CsvOptions(",", header_once=True))
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


@dataclass(frozen=True)
class Outcome:
    """A column after all: each row's value, or the code of its reject in brackets; and the reasons of rejects."""

    rows: list[Any]
    reasons: dict[int, str]
    early: list[RowReject]


def outcome(file: io.BytesIO, declared: ColumnType) -> Outcome:
    """The column `v` of a file, all the way to typed values."""
    data = b"".join(spell_parquet(file, {"v": declared}, CAPS))
    planned = plan_csv(io.BytesIO(data), part_bytes=1 << 24, options=CsvOptions(",", header_once=True))
    match = match_header(planned.dialect, ("v",), ("v",))
    body = data[planned.parts[0].offset :]
    found = parse_part(body, dialect=planned.dialect, match=match, first_line=2, read=planned.read)  # type: ignore[arg-type]
    text = found.rows.column("v").combine_chunks()
    lines = [line - 2 for line in found.rows.column("_line").to_pylist()]
    parsed = declared.parse(text)
    rows: dict[int, Any] = dict(zip(lines, parsed.values.to_pylist(), strict=True))
    reasons = {}
    for each in parsed.refused:
        for at in each.rows.nonzero()[0].tolist():
            rows[lines[at]] = f"[{each.code}]"
            reasons[lines[at]] = each.reason.replace("{value}", declared.show(text[at].as_py()))
    for reject in found.rejects:
        assert reject.column == "v"
        rows[reject.line - 2] = f"[{reject.code}]"
        reasons[reject.line - 2] = reject.reason
    return Outcome([rows[row] for row in range(planned.read)], reasons, found.rejects)


def int96(*moments: tuple[int, int] | None, row_group_size: int = 1 << 20, **columns: Any) -> io.BytesIO:
    """A file whose column `v` is INT96: days since 1970 and nanoseconds of the day, which Arrow alone cannot write."""
    marks = [None if moment is None else 1_000_000_007 + row * 1_000_003 for row, moment in enumerate(moments)]
    file = parquet(
        {"v": pa.array(marks, pa.timestamp("ns")), **columns},
        use_deprecated_int96_timestamps=True,
        use_dictionary=False,
        compression="none",
        write_statistics=False,
        row_group_size=row_group_size,
    )
    raw = file.getvalue()
    for mark, moment in zip(marks, moments, strict=True):
        if mark is not None and moment is not None:
            written = struct.pack("<QI", mark, 2_440_588)
            assert raw.count(written) == 1
            raw = raw.replace(written, struct.pack("<QI", moment[1], 2_440_588 + moment[0]))
    return io.BytesIO(raw)
