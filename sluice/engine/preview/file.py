"""One file of a preview: planned, read under its contract, and its rows counted."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field

from sluice.engine.declare import Flow
from sluice.engine.formats.known import header_of
from sluice.engine.ledger.facts import InputStatus, RejectReason
from sluice.engine.ledger.rejects.reasons import main_reason
from sluice.engine.preview.judge import KeyedPart, Verdict
from sluice.engine.preview.keys import hashes_of
from sluice.engine.preview.parts import Planned, plan_file, read_rows
from sluice.engine.preview.reasons import Reasons
from sluice.engine.preview.samples import Samples
from sluice.engine.rows.contract import Contract
from sluice.engine.sources.files.opening import opened
from sluice.engine.steps.part.reject_limit import RejectLimit
from sluice.errors import DataError, NotHere, PermanentError, SluiceError


@dataclass
class OneFile:
    """A file, numbered from 1, and what became of it. `same_as` is the number of the file with the same content."""

    number: int
    uri: str
    flow: Flow
    planned: Planned | None = None
    state: str = "done"
    code: str | None = None
    error: str | None = None
    same_as: int | None = None
    reasons: Reasons = field(default_factory=Reasons)
    parts: list[KeyedPart] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    header: tuple[str, ...] = ()  # of a file that is refused for it

    @property
    def sha256(self) -> str | None:
        """The content, where all of it was read."""
        return self.planned.scan.plan.sha256 if self.planned is not None and self.planned.whole else None

    @property
    def loads(self) -> bool:
        """Whether rows of it would be loaded."""
        return self.state == "done" and self.planned is not None

    def plan(self, pipeline: str, contract: Contract, most: int | None) -> None:
        """Read it once, as plan does."""
        try:
            self.planned = plan_file(self.uri, pipeline, self.flow, contract, most)
        except DataError as error:
            self.fail(error.code, error.reason)
            self.header = self._header() if error.code == "missing_header" else ()
        except NotHere as error:
            self.fail(error.code, str(error))

    def _header(self) -> tuple[str, ...]:
        try:
            with opened(self.uri, self.flow.source, self.flow.table) as text:  # type: ignore[arg-type]
                return text.names or header_of(text.stream, text.head, text.source)
        except SluiceError:
            return ()

    def read(self, contract: Contract, samples: Samples, limit: RejectLimit | None) -> None:
        """Read its rows under the contract, and their keys."""
        if self.planned is None:
            return
        table = self.flow.table
        try:
            for work, kept in self.planned.parts:
                rows = read_rows(work, kept, contract)
                self.reasons.add(rows.raw.rejects, None, table)
                self.reasons.add(rows.done.rejects, rows.text, table)
                samples.add(rows)
                hashes = hashes_of(rows.done.typed, () if table.key is None else table.identity, rows.good)
                self.parts.append(KeyedPart(self.number, work, kept, hashes))
        except PermanentError as error:
            self.fail("dead_part", str(error))
        except SluiceError:
            raise
        except Exception as error:  # noqa: BLE001 - a type, a check or a library that the pipeline's own code calls
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.fail("dead_part", f"{type(error).__name__} at {last.filename}:{last.lineno}: {error}")
        over = limit.over(self.reasons.rows, self.planned.records) if limit is not None and self.loads else None
        if over is not None:
            self.fail("over_limit", over)

    def settle(self, verdict: Verdict | None) -> None:
        """Take over what was decided about its contested keys; without a good row it fails."""
        if self.planned is None or not self.loads:
            return
        self.verdict = verdict or self.verdict
        if self.verdict.conflicts:
            self.reasons.group(None, "key_conflict").add(self.verdict.conflicts, self.verdict.examples)
        if self.planned.records and self.reasons.rows == self.planned.records:
            self.fail("nothing_loaded", main_reason(reasons_of([self]), self.planned.records))

    def fail(self, code: str, error: str) -> None:
        """Nothing of it would be loaded."""
        self.state, self.code, self.error = "failed", code, error

    def status(self) -> InputStatus:
        """As a run has it."""
        counted = self.planned is not None and (self.loads or self.code == "nothing_loaded") and self.same_as is None
        records = self.planned.records if self.planned is not None else 0
        read = records if counted else 0
        duplicate = self.verdict.duplicate if counted else 0
        rejected = self.reasons.rows if counted else 0
        return InputStatus(
            input=self.number,
            uri=self.uri,
            sha256=self.sha256,
            state=self.state,
            planned=records,
            read=read,
            loaded=read - duplicate - rejected,
            updated=0,
            unchanged=0,
            duplicate=duplicate,
            rejected=rejected,
            contested=0,
            parts_total=None,
            parts_left=None,
            same_as=self.same_as,
            same_as_run=None,
            note=self.planned.scan.note if self.planned is not None and self.same_as is None else None,
            error_code=self.code,
            error=self.error,
        )


def reasons_of(files: Sequence[OneFile]) -> list[RejectReason]:
    """Rejects of files by column and code, the most frequent first, each with the first of them."""
    first: dict[tuple[str | None, str], RejectReason] = {}
    counts: dict[tuple[str | None, str], int] = {}
    for file in files:
        for (column, code), group in file.reasons.groups.items():
            counts[column, code] = counts.get((column, code), 0) + group.rows
            example = group.examples[0]
            other = next((each.number for each in files if each.uri == example.other_uri), file.number)
            where = (column, code, 0, file.number, file.uri, example.line, example.reason)
            about = (other, example.other_line, example.other_uri or file.uri) if example.other_line else (None,) * 3
            first.setdefault((column, code), RejectReason(*where, *about))
    found = [RejectReason(**vars(each) | {"rows": counts[which]}) for which, each in first.items()]
    return sorted(found, key=lambda each: (-each.rows, each.code, each.column is None, each.column))
