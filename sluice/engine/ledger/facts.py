"""What the ledger knows of a run, as values by name. The caller formats them.

Fields have the names of the columns in `status_run.sql`, `status_inputs.sql`, `status_builds.sql`, `list_runs.sql` and
`reject_reasons.sql`. Counts are rows, times are seconds unless a field says otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Books:
    """Counts of rows: read = loaded + updated + unchanged + duplicate + rejected + contested.

    A class names it before the parent that says what is counted: a dataclass has the fields of its last parent first,
    and JSON has them in that order.
    """

    planned: int
    read: int
    loaded: int
    updated: int
    unchanged: int
    duplicate: int
    rejected: int
    contested: int


@dataclass(frozen=True)
class OneInput:
    """Which input, and how far it is."""

    input: int
    uri: str
    sha256: str | None
    state: str


@dataclass(frozen=True)
class OneRun:
    """Which run, and how far it is."""

    run: int
    pipeline: str
    state: str


@dataclass(frozen=True)
class InputStatus(Books, OneInput):
    """One input with its books."""

    parts_total: int | None
    parts_left: int | None
    same_as: int | None  # the input that has the same content
    same_as_run: int | None
    note: str | None
    error_code: str | None
    error: str | None
    replaced_by_run: int | None = None  # the newest run that has deleted its rows, to load the same file again

    @property
    def has_rejects(self) -> bool:
        """Whether it has rejects to show; the books do not count those of an input over --max-rejects."""
        return bool(self.rejected) or self.error_code == "over_limit"


@dataclass(frozen=True)
class BuildStatus:
    """A derived table that a run has built. `moves` are the largest changes, `counts` rows by the declared column."""

    derived: str
    as_of: date | None
    mode: str
    rows: int
    recomputed: int
    added: int
    changed: int
    removed: int
    value: str | None
    sum_before: Decimal | None
    sum_after: Decimal | None
    moves: list[dict[str, Any]]
    counts: dict[str, int]
    steps: list[dict[str, Any]]
    seconds: float
    built_at: datetime
    built_before: datetime | None


@dataclass(frozen=True)
class RejectReason:
    """Rejects of one column (None where no single column is the cause) and code, and the first of them.

    (`other_input`, `other_line`) is the row that the reason refers to, if it does; `other_file` is its address. Of
    `unkept` rows the text was not kept.
    """

    column: str | None
    code: str
    rows: int
    input: int
    file: str
    line: int
    reason: str
    other_input: int | None = None
    other_line: int | None = None
    other_file: str | None = None
    unkept: int = 0


@dataclass(frozen=True)
class Replayed:
    """How many rejects of a run another one has taken, by state: open, fixed, refused, undone, cancelled."""

    of_run: int
    by_run: int
    state: str
    rows: int


@dataclass(frozen=True)
class Dismissal:
    """Rejects of a run that nobody is going to load: why, and who says so. `undone_at`: they are open again."""

    id: int
    rows: int
    why: str
    who: str
    dismissed_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True)
class Note:
    """A note, and how many inputs of the run have it."""

    note: str
    inputs: int


@dataclass(frozen=True)
class RunSummary(Books, OneRun):
    """A run in a list: its state and books."""

    inputs_total: int
    inputs_failed: int
    seconds: float
    error: str | None
    undone_by: int | None = None


@dataclass(frozen=True)
class RunStatus(Books, OneRun):
    """A run with its books, its inputs, its parts and what it waits for.

    `seconds` are those from its request to its end (or to now). `unattended` means that it is running, and that no
    worker is busy with this or any other run. `reasons` are None while it is running. `continued` are earlier runs that
    had not ended when this one was registered, and have the content of some of its inputs. `keyless` are tables that it
    fills without the index of their key.
    """

    seconds: float
    inputs_total: int
    inputs_left: int
    parts_total: int
    parts_loaded: int
    parts_held: int  # parts that wait until all rejects of their input are known
    dead_steps: int
    waiting: str | None
    scanned: int  # bytes that plan has read of inputs that it has not finished
    max_rejects: str | None
    as_of: str | None
    gone: int  # rows that the newest snapshot no longer has
    error: str | None
    purged_at: datetime | None
    unattended: bool
    continued: list[int] = field(default_factory=list)
    keyless: list[str] = field(default_factory=list)
    rows_per_second: int = 0
    inputs: list[InputStatus] = field(default_factory=list)
    builds: list[BuildStatus] = field(default_factory=list)
    reasons: list[RejectReason] | None = None
    notes: list[Note] = field(default_factory=list)
    withdrawn_at: datetime | None = None  # what it had built for its date was withdrawn then
    replay: int | None = None  # the run whose rejects it loads
    replays: list[Replayed] = field(default_factory=list)  # what became of its rejects, or of those that it loads
    dismissals: list[Dismissal] = field(default_factory=list)
    undone_by: int | None = None  # the run that has undone it
    undoes: dict[str, Any] | None = None  # of an undo: the run that it undoes, and how many rows went and came back
    registration: str = "complete"  # of its inputs; or "under way", or "interrupted": there are more than it knows

    @property
    def ahead(self) -> int | None:
        """The earlier run that loads the content of all inputs which have not ended; None if one is its own."""
        runs = {each.same_as_run for each in self.inputs if each.state == "attached"}
        own = any(each.state in ("registered", "loading") for each in self.inputs)
        return None if own else min((run for run in self.continued if run in runs), default=None)

    @property
    def failed_codes(self) -> set[str]:
        """The error codes of its inputs that could not be loaded."""
        return {each.error_code or "" for each in self.inputs if each.state == "failed"}

    def json(self) -> dict[str, Any]:
        """The same as mappings and lists, as `--json` prints it."""
        return asdict(self)


def notes_of(inputs: Iterable[InputStatus]) -> list[Note]:
    """Each note once, the most frequent first."""
    return [Note(note, number) for note, number in Counter(i.note for i in inputs if i.note).most_common()]
