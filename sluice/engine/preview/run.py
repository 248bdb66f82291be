"""A preview of files: the steps plan, extract, transform and settle in this process, without a ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sluice.engine.declare import Files, Flow, Pipeline
from sluice.engine.hints.written import written
from sluice.engine.ledger.facts import RunStatus, notes_of
from sluice.engine.ledger.registration import NewInput
from sluice.engine.preview.facts import ColumnFacts, FileFacts, Preview, TableFacts
from sluice.engine.preview.file import OneFile, reasons_of
from sluice.engine.preview.first_rows import first_rows
from sluice.engine.preview.hinting import hints_of
from sluice.engine.preview.judge import Judge
from sluice.engine.preview.samples import Samples, read_one
from sluice.engine.rows.contract import Contract
from sluice.engine.rows.rejects import HIDDEN
from sluice.engine.steps.part.reject_limit import RejectLimit

BOOKS = ("planned", "read", "loaded", "updated", "unchanged", "duplicate", "rejected", "contested")


def preview(
    pipeline: Pipeline,
    inputs: Sequence[NewInput],
    *,
    shown: int = 10,
    most: int | None = None,
    max_rejects: str | None = None,
) -> Preview:
    """What a run of these inputs would load into empty tables; sources that a run fetches are left out.

    `shown` rows of each table, and of each file no more than the first `most` records. Inside `no_landing`.
    Raises as the scan of a file does, but not for a file that a run would refuse.
    """
    files = [
        OneFile(number, each.uri, pipeline.flow(each.source))
        for number, each in enumerate((each for each in inputs if _is_file(pipeline, each)), 1)
    ]
    limit = None if max_rejects is None else RejectLimit(max_rejects)
    looked = [_Looked(pipeline, flow, files, shown) for flow in pipeline.flows if isinstance(flow.source, Files)]
    for each in looked:
        each.look(most, limit)
    tables = [each.facts() for each in looked if each.files]
    reasons = reasons_of(files)
    status = _status(pipeline, files, max_rejects)
    hints = [hint for each in looked for hint in hints_of(pipeline.name, each.flow, each.files, each.samples)]
    fetched = [each.source for each in inputs if not _is_file(pipeline, each)]
    read = [_file_facts(each) for each in files if each.planned is not None]
    return Preview(status, read, tables, hints, fetched, most, _examples(files, reasons))


class _Looked:
    """The files of one source."""

    def __init__(self, pipeline: Pipeline, flow: Flow, files: Sequence[OneFile], shown: int) -> None:
        self.flow, self._pipeline, self._shown = flow, pipeline.name, shown
        self.files = [each for each in files if each.flow is flow]
        self.samples = Samples(flow.table)
        self._contract = Contract(flow.table, flow.transform, flow.source)
        self._judge = Judge(flow.table, self._contract, shown)

    def look(self, most: int | None, limit: RejectLimit | None) -> None:
        """Read all files, then decide between rows of one key."""
        for at, file in enumerate(self.files):
            file.plan(self._pipeline, self._contract, most)
            twin = self._twin(file, self.files[:at])
            if twin is None:
                file.read(self._contract, self.samples, limit)
            else:
                file.same_as, file.state = twin.number, "already_loaded"
        self._judge.judge([part for file in self.files if file.loads for part in file.parts])
        for file in self.files:
            file.settle(self._judge.verdicts.get(file.number))
        for file in self.files:
            twin = next((each for each in self.files if each.number == file.same_as), None)
            if twin is not None and twin.code in ("nothing_loaded", "over_limit"):
                same = f"It has the same content as {twin.uri}, and nothing of that was loaded: {twin.error}"
                file.fail(twin.code, same)

    def _twin(self, file: OneFile, before: Sequence[OneFile]) -> OneFile | None:
        """The file before it with the same content, as plan finds it. Of an update content in between counts."""
        earlier = [each for each in before if each.loads]
        over = [each for each in before if each.code == "over_limit"]
        if file.sha256 is None:
            return None
        if self.flow.table.updates:
            earlier = earlier[-1:]
        return next((each for each in [*over, *earlier] if each.sha256 == file.sha256), None)

    def facts(self) -> TableFacts:
        """The table with its columns, and its first rows."""
        table = self.flow.table
        columns = [self._column(column.name) for column in table.columns]
        rows = first_rows(self.files, self._contract, self._judge, self._shown)
        key = None if table.key is None else list(table.key)
        return TableFacts(table.name, self.flow.source.name, key, table.on_conflict, columns, rows)

    def _column(self, name: str) -> ColumnFacts:
        column = next(each for each in self.flow.table.columns if each.name == name)
        kind = written(column.reads)
        facts = ColumnFacts(name, kind, column.type.pg_type, column.header_name)
        if name in self.samples.read:
            text, value = self.samples.read[name]
            return ColumnFacts(**vars(facts) | {"text": text, "value": value})
        of_refused_rows = [file.reasons.fits for file in self.files] + [file.reasons.texts for file in self.files]
        texts = [each[name][0] for each in of_refused_rows if each.get(name)]
        if not texts:
            return facts
        value, code = read_one(column, texts[0])
        if column.private:  # of refused rows no personal data is shown
            return ColumnFacts(**vars(facts) | {"text": HIDDEN, "value": None if code else HIDDEN, "code": code})
        return ColumnFacts(**vars(facts) | {"text": texts[0], "value": value, "code": code})


def _is_file(pipeline: Pipeline, each: NewInput) -> bool:
    return isinstance(pipeline.flow(each.source).source, Files)


def _status(pipeline: Pipeline, files: Sequence[OneFile], max_rejects: str | None) -> RunStatus:
    inputs = [file.status() for file in files]
    dead = sum(each.error_code == "dead_part" for each in inputs)
    usable = any(each.state in ("done", "already_loaded") for each in inputs)
    counts = {name: sum(getattr(each, name) for each in inputs) for name in BOOKS}
    error = None if usable else "None of its inputs could be loaded."
    return RunStatus(
        run=0,
        pipeline=pipeline.name,
        state="done" if usable and not dead else "failed",
        seconds=0.0,
        inputs_total=len(inputs),
        inputs_left=0,
        parts_total=0,
        parts_loaded=0,
        parts_held=0,
        dead_steps=dead,
        waiting=None,
        scanned=0,
        max_rejects=max_rejects,
        as_of=None,
        gone=0,
        error=error,
        purged_at=None,
        unattended=False,
        inputs=inputs,
        reasons=reasons_of(files),
        notes=notes_of(inputs),
        **counts,
    )


def _file_facts(file: OneFile) -> FileFacts:
    if file.planned is None:
        raise ValueError("only of files that were planned")
    stored = file.planned.scan.dialect
    return FileFacts(
        file.uri,
        file.flow.source.name,
        file.planned.format,
        str(stored.get("encoding", "utf-8")),
        stored.get("delimiter") if file.planned.format == "csv" else None,
        file.planned.scan.plan.dialect.body_line,
        list(stored.get("absent", [])),
        list(file.planned.not_loaded),
        file.planned.records,
        file.planned.whole,
    )


def _examples(files: Sequence[OneFile], reasons: Sequence[Any]) -> dict[tuple[str | None, str], list[dict[str, Any]]]:
    """Examples of each reason, of all files, at most three."""
    found: dict[tuple[str | None, str], list[dict[str, Any]]] = {}
    for reason in reasons:
        which = (reason.column, reason.code)
        every = [
            {"file": file.uri, "line": each.line, "text": each.text, "reason": each.reason}
            for file in files
            if which in file.reasons.groups
            for each in file.reasons.groups[which].examples
        ]
        found[which] = every[:3]
    return found
