"""Planning and parsing a whole file of JSON lines, as the steps of a run do it part by part."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from sluice.engine.formats.jsonl import JsonLines, parse_jsonl, plan_jsonl, reject_overlong_line
from sluice.engine.formats.text.header import match_header
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.text.rejects import RowReject
from tests.unit.csv.reading import Reading


def plan(data: bytes, part_bytes: int = 1 << 24, **named: Any) -> InputPlan:
    return plan_jsonl(io.BytesIO(data), part_bytes=part_bytes, **named)


def read(data: bytes, *wanted: str, part_bytes: int = 1 << 24, limits: Limits | None = None, skip: int = 0) -> Reading:
    limits = limits or Limits()
    planned = plan(data, part_bytes, limits=limits, skip=skip)
    dialect = JsonLines.from_json(planned.dialect.to_json())
    match = match_header(dialect, wanted, ())
    rows: dict[int, tuple[Any, ...]] = {}
    rejects: list[RowReject] = []
    for part in planned.parts:
        piece = data[part.offset : part.offset + part.length]
        assert hashlib.sha256(piece).hexdigest() == part.sha256
        if part.overlong:
            blocks = [piece[at : at + 3] for at in range(0, len(piece), 3)]
            rejects.append(reject_overlong_line(blocks, first_line=part.first_line, limits=limits))
            continue
        named = {"dialect": dialect, "match": match, "first_line": part.first_line, "read": part.read}
        parsed = parse_jsonl(piece, limits=limits, **named)  # type: ignore[arg-type]
        assert parsed.rows.column_names == [*wanted, "_line"]
        assert all(column.num_chunks <= 1 for column in parsed.rows.columns)
        for *values, line in zip(*(column.to_pylist() for column in parsed.rows.columns), strict=True):
            rows[line] = tuple(values)
        rejects += parsed.rejects
    return Reading(planned, rows, rejects)
