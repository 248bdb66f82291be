"""Tables to files: all from one snapshot, and all files get their names when the last one is complete."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO

from sluice.engine.export.blocks import Blocks
from sluice.engine.export.form import Form
from sluice.engine.export.snapshot import Columns, Snapshot, snapshot
from sluice.engine.export.target import Measured, target
from sluice.errors import ConfigError

_BUFFER = 1 << 20


@dataclass(frozen=True)
class ExportRequest:
    """A table to write, its key, where to (a path, an address, `-`), and which columns (none: all, in their order)."""

    table: str
    key: tuple[str, ...]
    to: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExportedFile:
    """A file that was written: `bytes` and `sha256` are those of the file."""

    table: str
    to: str
    format: str
    rows: int
    bytes: int
    sha256: str
    seconds: float


def export_tables(wanted: Sequence[ExportRequest], form: Form) -> list[ExportedFile]:
    """Write tables as they are at one moment. No file appears before all are complete.

    Raises ConfigError (no such table, column or folder; no right to read), PermanentError (a full disk, a value that
    the format cannot hold), NotHere or TransientError (the object store; DatabaseAway).
    """
    with snapshot([each.table for each in wanted]) as source, ExitStack() as files:
        chosen = [_chosen(each, source.columns[each.table]) for each in wanted]
        return [
            _export(source, each, columns, form, files.enter_context(target(each.to)))
            for each, columns in zip(wanted, chosen, strict=True)
        ]


def _chosen(wanted: ExportRequest, known: Columns) -> Columns:
    """The wanted columns and their types, in the requested order."""
    unknown = [name for name in wanted.columns if name not in known]
    if unknown:
        raise ConfigError(f"{wanted.table} has no column {', '.join(unknown)}. It has: {', '.join(known)}.")
    return {name: known[name] for name in wanted.columns or known}


def _export(source: Snapshot, wanted: ExportRequest, columns: Columns, form: Form, file: BinaryIO) -> ExportedFile:
    started = time.monotonic()
    sink = Measured(file, gzip=form.gzip)
    order = wanted.key if form.ordered else ()
    try:
        if form.format == "parquet":
            rows = _write_parquet(source, wanted.table, columns, order, sink, compress=form.compress)
        else:
            rows = _write_csv(source, wanted.table, columns, order, sink)
        sink.finish()
    except BaseException:
        sink.give_up()
        raise
    seconds = round(time.monotonic() - started, 3)
    return ExportedFile(wanted.table, wanted.to, form.format, rows, sink.bytes, sink.sha256, seconds)


def _write_csv(source: Snapshot, table: str, columns: Columns, order: Sequence[str], sink: Measured) -> int:
    statement = "copy_out" if len(columns) > 1 else "copy_column"
    with source.copying(statement, table, columns, order, io.BufferedWriter(sink, _BUFFER)) as rows:
        return rows.result()


def _write_parquet(
    source: Snapshot, table: str, columns: Columns, order: Sequence[str], sink: Measured, *, compress: bool
) -> int:
    # imported here: CSV does not wait for pyarrow
    from sluice.engine.export.parquet import write_parquet

    made = Blocks()
    text, packed = io.BufferedWriter(made, _BUFFER), io.BufferedWriter(sink, _BUFFER)
    with source.copying("copy_out", table, columns, order, text) as rows, made.taken(rows) as blocks:
        write_parquet(table, columns, blocks, packed, compress=compress)
        packed.flush()
        return rows.result()
