"""Planning and parsing a whole file, as the steps of a run do it part by part."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import Any

from sluice.engine.formats.csv import CsvOptions, parse_part, plan_csv, reject_overlong
from sluice.engine.formats.text.header import match_header
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.text.rejects import RowReject


@dataclass(frozen=True)
class Reading:
    plan: InputPlan
    rows: dict[int, tuple[Any, ...]]  # by line
    rejects: list[RowReject]

    @property
    def refused(self) -> list[tuple[int, str]]:
        return [(reject.line, reject.code) for reject in self.rejects]


class Trickle(io.RawIOBase):
    """A stream of unknown size that gives a few bytes at a time, as a pipe may."""

    def __init__(self, data: bytes, at_once: int) -> None:
        self._rest = io.BytesIO(data)
        self._at_once = at_once

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._rest.read(min(size, self._at_once) if size >= 0 else self._at_once)


def plan(data: bytes, part_bytes: int = 1 << 24, **named: Any) -> InputPlan:
    return plan_csv(io.BytesIO(data), part_bytes=part_bytes, **named)


def read(
    data: bytes,
    part_bytes: int = 1 << 24,
    *,
    delimiter: str | None = None,
    options: CsvOptions | None = None,
    limits: Limits | None = None,
    wanted: tuple[str, ...] | None = None,
    trickle: int = 0,
) -> Reading:
    limits = limits or Limits()
    stream: Any = Trickle(data, trickle) if trickle else io.BytesIO(data)
    planned = plan_csv(stream, part_bytes=part_bytes, options=options or CsvOptions(delimiter), limits=limits)
    match = match_header(planned.dialect, wanted or planned.dialect.header, ())
    rows: dict[int, tuple[Any, ...]] = {}
    rejects: list[RowReject] = []
    for part in planned.parts:
        piece = data[part.offset : part.offset + part.length]
        assert hashlib.sha256(piece).hexdigest() == part.sha256
        if part.overlong:
            blocks = [piece[at : at + 3] for at in range(0, len(piece), 3)]
            rejects.append(reject_overlong(blocks, dialect=planned.dialect, first_line=part.first_line, limits=limits))
            continue
        parsed = parse_part(
            piece,
            dialect=planned.dialect,
            match=match,
            first_line=part.first_line,
            read=part.read,
            well_quoted=part.well_quoted,
            limits=limits,
        )
        assert parsed.rows.num_rows + len(parsed.rejects) == part.read
        columns = [column.to_pylist() for column in parsed.rows.columns]
        rows.update({line: values for *values_, line in zip(*columns, strict=True) for values in [tuple(values_)]})
        rejects += parsed.rejects
    return Reading(planned, rows, rejects)
