"""The first rows of a table, as they would be loaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from sluice.engine.preview.file import OneFile
from sluice.engine.preview.judge import Judge, lines_lost
from sluice.engine.preview.parts import read_rows
from sluice.engine.rows.contract import Contract


def first_rows(files: Sequence[OneFile], contract: Contract, judge: Judge, count: int) -> list[dict[str, Any]]:
    """Of files of one source, up to `count` rows that stay, in the order of files and lines."""
    found: list[dict[str, Any]] = []
    for file in files:
        if len(found) >= count:
            break
        if file.loads and file.same_as is None:
            found += _of_file(file, contract, judge, count - len(found))
    return found


def _of_file(file: OneFile, contract: Contract, judge: Judge, count: int) -> Iterator[dict[str, Any]]:
    columns = file.flow.table.columns
    names = [column.name for column in columns]
    lost = lines_lost(file.verdict)
    for part in file.parts:
        read = read_rows(part.work, part.kept, contract)
        good = read.good
        lines = read.done.typed.column("_line").to_numpy()[good]
        stay = good[~np.isin(lines, lost)][:count]
        for row in read.done.typed.take(pa.array(stay)).to_pylist():
            line = row["_line"]
            values = judge.merged.get((file.number, line)) or tuple(row[name] for name in names)
            read_as = [column.type.reads(value) for column, value in zip(columns, values, strict=True)]
            yield {"file": file.uri, "line": line, "values": dict(zip(names, read_as, strict=True))}
        count -= len(stay)
        if count <= 0:
            return
