"""`rejects export`: refused rows as CSV that can be edited and replayed, or a report on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli.addresses import near, reason
from sluice.cli.options import RunId
from sluice.cli.output import Json, print_object, say, things
from sluice.cli.rejects.listed import Code, OfColumn, OneInput, find_input, refuse_purged, refuse_unknown_code
from sluice.cli.spreadsheet import STDOUT, new_file, quoted, refuse_json_on, write_csv
from sluice.errors import ConfigError

if TYPE_CHECKING:
    from sluice.engine.ledger.facts import RunStatus
    from sluice.engine.ledger.rejects.stream import StreamedReject
    from sluice.engine.steps.again.replay.rows import RefusedRow, RefusedRows

REPORTED = ("file", "line", "column", "code", "reason", "other_input", "other_line")
LEADING = ("_input", "_line", "_code", "_column", "_reason")
MORE = "_more"  # values of a row that has more than its file has columns
Target = Annotated[str, typer.Argument(metavar="FILE", help="CSV file to write; - is standard output.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite FILE if it is there already.")]
Report = Annotated[
    bool, typer.Option("--report", help="Write file, line, column, code and reason of each reject, without its row.")
]


def export(
    run: RunId,
    file: Target,
    code: Code = None,
    column: OfColumn = None,
    only: OneInput = None,
    report: Report = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write a run's rejected rows to a CSV file, to correct and replay them: the columns of their files, after the
    input, line, code, column and reason of each.

    Rows that a replay has loaded are left out. Formulas are made harmless for spreadsheets; `rejects replay` takes
    that back. Personal data (`Column(pii=...)`) is `***`.
    """
    from sluice.engine.export.noted import NewExport, file_facts, noted
    from sluice.engine.ledger.runs import read_status

    refuse_json_on(file, "", as_json=as_json)
    status = read_status(run)
    refuse_purged(status)
    refuse_unknown_code(run, code, column)
    chosen = None if only is None else find_input(status, only)
    write = _write_report if report else _write_rows
    given = {"code": code, "column": column, "input": chosen, "report": report or None}
    noting = NewExport(
        file, "csv", (), pipeline=status.pipeline, run=run, filter={name: each for name, each in given.items() if each}
    )
    with noted([noting], say) as done:
        written, notes = write(status, file, code, column, chosen, force)
        done.append((written, *file_facts(file)))
    if as_json:
        print_object({"run": run, "file": file, "exported": written} | ({} if report else {"notes": notes}))
        return
    say(f"{things(written, 'reject')} of run {run} written to {'standard output' if file == STDOUT else file}")
    for note in notes:
        say(note)


def _write_report(
    status: RunStatus, file: str, code: str | None, column: str | None, chosen: int | None, force: bool
) -> tuple[int, list[str]]:
    from sluice.engine.ledger.rejects.stream import stream_rejects

    inputs = [each for each in status.inputs if each.has_rejects and chosen in {None, each.input}]
    rejects = stream_rejects(((each.input, near(each.uri)) for each in inputs), code, column, only_open=True)
    with new_file(file, force=force) as sink, closing(rejects):
        return write_csv(sink, REPORTED, map(_report_row, rejects)), []


def _report_row(each: StreamedReject) -> list[object]:
    why = reason(each.reason, each.other_file)
    return [each.file, each.line, each.column, each.code, why, each.other_input, each.other_line]


def _write_rows(
    status: RunStatus, file: str, code: str | None, column: str | None, chosen: int | None, force: bool
) -> tuple[int, list[str]]:
    seen = _Seen()
    for each in _refused(status, code, column, chosen):  # read twice, so that no more than a batch is in memory
        seen.add(each)
    _refuse_reserved([*seen.names])
    head = [*LEADING, *seen.names, *([MORE] if seen.more else [])]
    with new_file(file, force=force) as sink:
        rows = (row for each in _refused(status, code, column, chosen) for row in _cells(each, seen))
        written = write_csv(sink, head, rows)
    return written, [*_notes(status, seen)]


def _refused(status: RunStatus, code: str | None, column: str | None, chosen: int | None) -> Iterator[RefusedRows]:
    from sluice.engine.ledger.rejects.replayed import inputs_with_rejects
    from sluice.engine.steps.again.replay.rows import refused_rows
    from sluice.pipelines import declared_of, find
    from sluice.tasks.replay import refuse_replay

    pipeline = find(status.pipeline)
    refuse_replay(status)
    for each in inputs_with_rejects(status.run):
        if chosen in {None, each.input}:
            declared = declared_of(pipeline).contract(each.source)
            yield from refused_rows(each, pipeline.flow(each.source), declared, code=code, column=column)


@dataclass
class _Seen:
    """What the rows of an export have: the names of columns, `more` values than columns, and rows that are left out."""

    names: dict[str, None] = field(default_factory=dict)
    more: bool = False
    taken: int = 0
    dismissed: int = 0
    private: int = 0
    unkept: int = 0

    def add(self, found: RefusedRows) -> None:
        """Count a batch."""
        self.names |= dict.fromkeys(found.names)
        states = Counter(row.reject.state for row in found.rows)
        self.dismissed += states.pop("dismissed", 0)
        self.taken += states.total() - states[None]
        rows = _open(found)
        self.more = self.more or any(_excess(row, found) for row in rows)
        unseen = [row for row in rows if row.cells is None]
        private = sum(row.whole is not None for row in unseen)
        self.private, self.unkept = self.private + private, self.unkept + len(unseen) - private


def _open(found: RefusedRows) -> list[RefusedRow]:
    """The rejects that no replay has taken, and that are not dismissed."""
    return [row for row in found.rows if row.reject.state is None]


def _cells(found: RefusedRows, seen: _Seen) -> Iterator[list[object]]:
    for row in _open(found):
        reject = row.reject
        own = dict(zip(found.names, row.cells or [], strict=False))
        leading = [found.of.input, row.line, reject.code, reject.column, reject.reason]
        excess = [quoted(_excess(row, found))] if seen.more else []
        yield [*leading, *(quoted(own.get(name, "")) for name in seen.names), *excess]


def _excess(row: RefusedRow, found: RefusedRows) -> str:
    return "; ".join((row.cells or [])[len(found.names) :])


def _notes(status: RunStatus, seen: _Seen) -> Iterator[str]:
    if seen.taken:
        yield f"{things(seen.taken, 'reject')} of run {status.run} left out, which a replay has loaded, or is loading"
    if seen.dismissed:
        yield f"{things(seen.dismissed, 'reject')} of run {status.run} left out, which are dismissed"
    if seen.private:
        yield (
            f"{things(seen.private, 'row')} written without values: they cannot be split into columns, so personal "
            "data in them cannot be told from the rest. Their files have them"
        )
    if seen.unkept:
        yield (
            f"{things(seen.unkept, 'row')} written without values: their text was not kept (SLUICE_KEEP_RAW, "
            "SLUICE_RAW_BYTES, SLUICE_RAW_ROWS), and their files do not have it any more"
        )


def _refuse_reserved(names: Sequence[str]) -> None:
    clash = [name for name in names if name in (*LEADING, MORE)]
    if clash:
        raise ConfigError(f"A file has the column {clash[0]!r}, which the export needs: export with --report.")
