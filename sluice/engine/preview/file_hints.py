"""Hints for whole files: another way to read them, tried by reading their first records in that way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from sluice.engine.declare import Files, Flow
from sluice.engine.hints.hint import Hint
from sluice.engine.hints.written import written
from sluice.engine.preview.file import OneFile
from sluice.engine.preview.parts import Rows, plan_file, read_rows
from sluice.engine.rows.contract import Contract
from sluice.engine.steps.plan.absent import suggestions
from sluice.errors import PermanentError, SluiceError

RECORDS = 1_000  # that are tried
_SKIPPED = 20  # lines before a header that are tried
_ENCODINGS = ("cp1252", "utf-16", "latin-1")
_DELIMITERS = (";", ",", "\t", "|")
_OF_READING = {"missing_header", "not_csv", "unclosed_quote", "text_after_quote", "header_too_long", "header_only"}


@dataclass(frozen=True)
class _Tried:
    """The first records of a file under another declaration, and how many rows of them are accepted."""

    rows: list[Rows]
    records: int

    @property
    def passes(self) -> int:
        return sum(len(each.good) for each in self.rows)

    @property
    def undecoded(self) -> int:
        return sum(each.raw.rejects.column("code").to_pylist().count("invalid_utf8") for each in self.rows)


def refused_file_hints(pipeline: str, flow: Flow, file: OneFile) -> Iterator[Hint]:
    """For a file without the declared header: lines to skip, a delimiter, an encoding, under which it has it."""
    if file.code not in _OF_READING or not isinstance(flow.source, Files):
        return
    best: tuple[int, Files, _Tried] | None = None
    for source in _other_readings(flow.source):
        tried = _try(pipeline, replace(flow, source=source), file.uri)
        if tried is not None and tried.passes > (best[0] if best else 0):
            best = (tried.passes, source, tried)
    if best is not None:
        yield Hint(file.uri, written(best[1]), best[0], best[2].records, note=_first_only(best[2]), of_file=True)


def header_hints(pipeline: str, flow: Flow, file: OneFile) -> Iterator[Hint]:
    """For a column that a file lacks and that another one of its columns is spelled nearly like."""
    missing = [column for column in flow.table.columns if column.header_name in _absent(flow, file)]
    near = suggestions(_not_loaded(file), [column.header_name for column in missing])
    for found, header in near.items():
        column = next(each for each in missing if each.header_name == header)
        changed = replace(column, header=found)
        columns = [changed if each is column else each for each in flow.table.columns]
        tried = _try(pipeline, replace(flow, table=replace(flow.table, columns=columns)), file.uri)
        if tried is not None and tried.passes:
            yield Hint(file.uri, written(changed), tried.passes, tried.records, note=_first_only(tried), of_file=True)


def encoding_hints(pipeline: str, flow: Flow, file: OneFile) -> Iterator[Hint]:
    """For bytes that are not UTF-8: an encoding in which they are text, and all other rows are as they are."""
    if not isinstance(flow.source, Files) or flow.source.encoding is not None:
        return
    now = _try(pipeline, flow, file.uri)
    for encoding in _ENCODINGS:
        source = replace(flow.source, encoding=encoding)
        tried = _try(pipeline, replace(flow, source=source), file.uri)
        if now is None or tried is None or not now.undecoded or tried.undecoded or not _same_elsewhere(now, tried):
            continue
        yield Hint(
            file.uri,
            written(source),
            tried.passes,
            tried.records,
            _decoded(now, tried, flow),
            "Is that what the writer of the file meant? A file has one encoding.",
            of_file=True,
        )
        return


def _other_readings(source: Files) -> Iterator[Files]:
    """One change each, then two; a declaration that cannot be made is left out."""
    encodings = [each for each in _ENCODINGS if each != source.encoding]
    for skip in range(_SKIPPED + 1):
        yield from ([replace(source, skip=skip)] if skip != source.skip else [])
    yield from (replace(source, delimiter=each) for each in _DELIMITERS if each != source.delimiter)
    yield from (replace(source, encoding=each) for each in encodings)
    if source.encoding is None:
        yield from (replace(source, encoding="cp1252", skip=skip) for skip in range(1, _SKIPPED + 1))


def _try(pipeline: str, flow: Flow, uri: str) -> _Tried | None:
    """The first records of a file under a flow; None if it is refused."""
    try:
        contract = Contract(flow.table, flow.transform, flow.source)
        planned = plan_file(uri, pipeline, flow, contract, RECORDS)
        return _Tried([read_rows(work, kept, contract) for work, kept in planned.parts], planned.records)
    except (SluiceError, PermanentError):
        return None


def _absent(flow: Flow, file: OneFile) -> set[str]:
    """Headers of declared columns that the file lacks: of a refused file all that are not in its header."""
    if file.planned is not None:
        absent = set(file.planned.scan.dialect.get("absent", []))
        return {column.header_name for column in flow.table.columns if column.name in absent}
    return {column.header_name for column in flow.table.columns} - set(file.header)


def _not_loaded(file: OneFile) -> tuple[str, ...]:
    return file.planned.not_loaded if file.planned is not None else file.header


def _first_only(tried: _Tried) -> str | None:
    return f"Tried on the first {RECORDS:,} records." if tried.records == RECORDS else None


def _same_elsewhere(now: _Tried, tried: _Tried) -> bool:
    """Whether rows that were text before are the same text."""
    after = {row.pop("_line"): row for each in tried.rows for row in each.raw.rows.to_pylist()}
    before = {row.pop("_line"): row for each in now.rows for row in each.raw.rows.to_pylist()}
    return all(after.get(line) == row for line, row in before.items())


def _decoded(now: _Tried, tried: _Tried, flow: Flow) -> str | None:
    """A text of a row that could not be decoded, if it is not personal data."""
    hidden = {"_line", *(column.header_name for column in flow.table.columns if column.private)}
    with suppress(StopIteration):
        line = next(
            row["line"] for each in now.rows for row in each.raw.rejects.to_pylist() if row["code"] == "invalid_utf8"
        )
        row = next(row for each in tried.rows for row in each.raw.rows.to_pylist() if row["_line"] == line)
        text = next(
            str(value) for name, value in row.items() if name not in hidden and value and not str(value).isascii()
        )
        return f"{text[:60]!r} in line {line}"
    return None
