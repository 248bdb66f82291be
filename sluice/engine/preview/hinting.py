"""Hints for the files of a preview: for texts that were refused, and for files that were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sluice.engine.declare import Column, Flow, Table
from sluice.engine.hints.columns import column_hints
from sluice.engine.hints.hint import Hint
from sluice.engine.preview.file import OneFile
from sluice.engine.preview.file_hints import encoding_hints, header_hints, refused_file_hints
from sluice.engine.preview.reasons import TEXTS, Reasons
from sluice.engine.preview.samples import Samples

_FILES = 3  # of one source, that are tried with another declaration


def hints_of(pipeline: str, flow: Flow, files: Sequence[OneFile], samples: Samples) -> Iterator[Hint]:
    """Hints for refused files, for columns that files lack, for bytes that are not text, and for refused texts."""
    refused = [file for file in files if file.planned is None]
    for file in refused[:_FILES]:
        yield from refused_file_hints(pipeline, flow, file)
    seen: set[str] = set()
    for file in files:
        for hint in header_hints(pipeline, flow, file):
            if hint.line not in seen:
                seen.add(hint.line)
                yield hint
    undecoded = [file for file in files if any(code == "invalid_utf8" for _, code in file.reasons.groups)]
    for file in undecoded[:1]:
        yield from encoding_hints(pipeline, flow, file)
    yield from hints_of_columns(flow.table, [file.reasons for file in files], samples)


def hints_of_columns(table: Table, reasons: Sequence[Reasons], samples: Samples) -> Iterator[Hint]:
    """Hints for the texts that the columns of a table refuse."""
    for column in table.columns:
        yield from _of_column(column, reasons, samples)


def _of_column(column: Column, reasons: Sequence[Reasons], samples: Samples) -> Iterator[Hint]:
    texts = [text for each in reasons for text in each.texts.get(column.name, [])][:TEXTS]
    part = f"Tried on the first {TEXTS:,} of them." if len(texts) == TEXTS else None
    fits = [text for each in reasons for text in each.fits.get(column.name, [])][:TEXTS]
    for hint in column_hints(column, texts, [*samples.accepted.get(column.name, []), *fits]):
        notes = [note for note in (hint.note, part) if note is not None]
        yield replace(hint, note=" ".join(notes) or None)
