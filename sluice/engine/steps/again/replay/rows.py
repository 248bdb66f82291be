"""Refused rows as cells that can be edited, and as records with the corrections of a replay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sluice.engine.declare import Flow
from sluice.engine.formats.known import Record, records_of
from sluice.engine.formats.text.documents import as_document
from sluice.engine.formats.text.header import plain
from sluice.engine.ledger.rejects.replayed import KeptReject, ReplayInput, kept_rejects
from sluice.engine.rows.contract import Contract
from sluice.engine.steps.again.replay.originals import original_records
from sluice.engine.steps.part.raw_rows import kept, private_places
from sluice.errors import ConfigError

BATCH = 50_000  # rejects of an input that are in memory at once


@dataclass(frozen=True)
class RefusedRow:
    """A reject with the text of its row. `cells` are by the file's header if the row can be `split` so, else as far as
    it can be read; None: the text is not known. `shown` has no personal data; `masked` are the places that it lacks;
    `whole` is the text with them, if the file still has it."""

    reject: KeptReject
    shown: str | None
    cells: list[str] | None
    split: bool
    masked: frozenset[int]
    whole: str | None

    @property
    def line(self) -> int:
        """Its line in the file."""
        return self.reject.line


@dataclass(frozen=True)
class RefusedRows:
    """A batch of rejects of an input, and how its records are read. `documents` are the places of columns that take
    JSON."""

    of: ReplayInput
    records: Record
    rows: list[RefusedRow]
    documents: frozenset[int] = frozenset()

    @property
    def names(self) -> list[str]:
        """The names of the file's columns, each once: a repeated one gets its number."""
        return unique_names(self.records.header)


def refused_rows(
    of: ReplayInput, flow: Flow, contract: Contract, *, code: str | None = None, column: str | None = None
) -> Iterator[RefusedRows]:
    """Rejects of an input by line, without those of other codes or columns, in batches; the first may be empty."""
    if of.dialect is None:
        raise ConfigError(f"{of.uri}: the ledger does not say how it was read. Load the file again.")
    records = records_of(of.dialect, flow.source)
    private = private_places(records, contract.private)
    nested = {plain(each) for each in contract.nested}
    documents = frozenset(at for at, name in enumerate(records.header) if plain(name) in nested)
    after, taken = 0, list[KeptReject]()
    while after == 0 or len(taken) == BATCH:
        taken = kept_rejects(of.input, code=code, column=column, after=after, limit=BATCH)
        lacking = [each.line for each in taken if each.raw is None or each.masked]
        originals = original_records(of.input, lacking, records)
        rows = [_row(each, records, private, originals.get(each.line)) for each in taken]
        yield RefusedRows(of, records, rows, documents)
        after = taken[-1].line if taken else -1


def unique_names(header: Sequence[str]) -> list[str]:
    """Column names, each once: `name`, `name (2)`, ..."""
    names: list[str] = []
    for name in header:
        number, unique = 1, name
        while unique in names:
            number += 1
            unique = f"{name} ({number})"
        names.append(unique)
    return names


def place_of(name: str, records: Record, flow: Flow) -> int | None:
    """The place in a file's header of a column, by its header or by its name in the table."""
    headers = [plain(each) for each in records.header]
    named = [each.header_name for each in flow.table.columns if each.name == name]
    return next((headers.index(plain(each)) for each in (name, *named) if plain(each) in headers), None)


def _row(reject: KeptReject, records: Record, private: frozenset[int], original: bytes | None) -> RefusedRow:
    shown, names = reject.raw, reject.masked or []
    masked = frozenset(at for at, name in enumerate(records.header) if name in names)
    if shown is None and original is not None:
        shown, _ = kept(original, records, private)
        masked = _masked(original, records, private) if shown is not None else frozenset()
    cells = None if shown is None else records.cells(shown)
    split = cells is not None
    if shown is not None and cells is None:
        cells = records.excess(shown)
    return RefusedRow(reject, shown, cells, split, masked, _decoded(original))


def _masked(original: bytes, records: Record, private: frozenset[int]) -> frozenset[int]:
    text = original.decode("utf-8", "surrogateescape")
    cells = records.cells(text) or []
    return frozenset(at for at, cell in enumerate(cells) if (cell and at in private) or not _is_text(cell))


def _is_text(cell: str) -> bool:
    return cell.isprintable() or not any("\udc80" <= each <= "\udcff" or each == "\0" for each in cell)


def _decoded(original: bytes | None) -> str | None:
    try:
        text = None if original is None else original.decode()
    except UnicodeDecodeError:
        return None
    return None if text is None or "\0" in text else text


def corrected(row: RefusedRow, cells: Mapping[int, str], found: RefusedRows) -> str:
    """The record with these cells. Raises ConfigError with a sentence where that is not a row that can be read."""
    records = found.records
    cells = {at: as_document(cell) if at in found.documents else cell for at, cell in cells.items()}
    lacks = sorted(row.masked - cells.keys())
    base = row.whole if lacks or row.shown is None else row.shown
    if base is None and lacks:
        names = ", ".join(records.header[at] for at in lacks)
        raise ConfigError(
            f"{names} is not kept (personal data, or bytes that are not text): give it in FILE or by --set"
        )
    if base is None and len(cells) < len(records.header):
        raise ConfigError("its text is not kept, and the file does not have it any more: give all of it in FILE")
    record = records.changed(base or "", cells) if cells else base or ""
    if records.cells(record) is None or (not row.split and len(cells) < len(records.header)):
        raise ConfigError("it cannot be split into the columns of its file: correct it in FILE")
    return record
