"""A made-up ledger: what the commands read and do, instead of PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from sluice.engine.declare import Pipeline
from sluice.engine.hints.hint import Hint
from sluice.engine.ledger import runs
from sluice.engine.ledger.facts import BuildStatus, InputStatus, RejectReason, RunStatus, RunSummary
from sluice.engine.ledger.registration import NewInput
from sluice.engine.schedule import Alarm
from sluice.errors import ConfigError

Sluice = Callable[..., Any]  # the fixture: types words after `sluice`
ZEROS = dict.fromkeys(("read", "loaded", "updated", "unchanged", "duplicate", "rejected", "contested"), 0)


def an_input(number: int = 1, **facts: Any) -> InputStatus:
    """An input as the ledger knows it."""
    known = {
        "input": number,
        "uri": f"/inbox/calls_{number}.csv",
        "sha256": "ab" * 32,
        "state": "done",
        "planned": 0,
        **ZEROS,
        "parts_total": 1,
        "parts_left": 0,
        "same_as": None,
        "same_as_run": None,
        "note": None,
        "error_code": None,
        "error": None,
    }
    return InputStatus(**(known | facts))


def a_run(**facts: Any) -> RunStatus:
    """A run as the ledger knows it."""
    known = {
        "run": 7,
        "pipeline": "call_logs",
        "state": "done",
        "planned": 0,
        **ZEROS,
        "seconds": 2.0,
        "rows_per_second": 0,
        "inputs_total": 1,
        "inputs_left": 0,
        "parts_total": 1,
        "parts_loaded": 1,
        "parts_held": 0,
        "scanned": 0,
        "max_rejects": None,
        "dead_steps": 0,
        "waiting": None,
        "error": None,
        "as_of": None,
        "gone": 0,
        "builds": [],
        "purged_at": None,
        "unattended": False,
        "inputs": [an_input()],
        "reasons": [],
        "notes": [],
    }
    return RunStatus(**(known | facts))


def a_reason(**facts: Any) -> RejectReason:
    """Rejects of one column and code, as the ledger counts them."""
    return RejectReason(**({"input": 1, "file": "/inbox/calls_1.csv"} | facts))


def a_build(**facts: Any) -> BuildStatus:
    """A derived table that a run has built."""
    known: dict[str, Any] = dict.fromkeys(("as_of", "value", "sum_before", "sum_after", "built_before"))
    known |= dict.fromkeys(("rows", "recomputed", "added", "changed", "removed"), 0)
    known |= {"mode": "full", "moves": [], "counts": {}, "steps": [], "seconds": 0.1}
    return BuildStatus(**(known | {"built_at": datetime(2024, 3, 1, tzinfo=UTC)} | facts))


def a_summary(**facts: Any) -> RunSummary:
    """A run in the list of the newest ones."""
    known = {"pipeline": "call_logs", "state": "done", "inputs_total": 1, "planned": 0, "seconds": 2.0, "error": None}
    known |= {"inputs_failed": 0}
    return RunSummary(**(ZEROS | known | facts))


class Ledger:
    """What the commands read and do, instead of PostgreSQL."""

    def __init__(self) -> None:
        self.statuses: list[RunStatus] = [a_run()]
        self.rejects: list[dict[str, Any]] = []
        self.codes: list[dict[str, Any]] = []
        self.runs: list[RunSummary] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.dead = 0
        self.alarms: list[Alarm] = []
        self.missing: list[Any] = []
        self.hints: list[Hint] = []

    def enqueue_inputs(
        self, pipeline: Pipeline, inputs: Iterable[NewInput], _tell: object = None, **options: Any
    ) -> runs.Run:
        self.asked.append(("enqueue", {"pipeline": pipeline.name, "inputs": [each.uri for each in inputs], **options}))
        return runs.Run(7)

    def read_status(self, run: int) -> RunStatus:
        if run != 7:
            raise ConfigError(f"There is no run {run}: `sluice status` lists the runs.")
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

    def list_rejects(self, run: int, **asked: Any) -> list[dict[str, Any]]:
        self.asked.append(("list_rejects", {"run": run, **asked}))
        return self.rejects[: asked.get("limit")]

    def count_rejects(
        self, run: int, *, column: str | None = None, input_id: int | None = None, dismissed: bool = False
    ) -> list[dict[str, Any]]:
        asked = {"run": run, "column": column, "input_id": input_id, "dismissed": dismissed}
        self.asked.append(("count_rejects", asked))
        return self.codes

    def list_runs(self, limit: int = 20) -> list[RunSummary]:
        return self.runs[:limit]

    def retry(self, _run: int, *_now: object) -> int:
        return self.dead


DIRTY = a_run(
    read=200_000,
    loaded=196_000,
    duplicate=750,
    rejected=3_250,
    seconds=4.7,
    rows_per_second=42_553,
    inputs=[
        an_input(1, read=200_000, rejected=3_250),
        an_input(2, state="failed", error="The file is empty.", error_code="empty_file"),
        an_input(3, state="already_loaded", same_as=31, same_as_run=5),
        an_input(4, state="already_loaded", same_as=1),
        an_input(5, note="Columns that the pipeline does not know were ignored: fax."),
        an_input(6, note="Columns that the pipeline does not know were ignored: fax."),
    ],
    reasons=[
        a_reason(column="call_cost_usd", code="not_a_number", rows=3_000, line=18, reason="'abc' is not an amount."),
        a_reason(
            column=None,
            code="key_conflict",
            rows=200,
            line=40,
            reason="The same key has other values in line 2, which comes first.",
        ),
        a_reason(
            column="customer_id", code="missing", rows=50, line=51, reason="customer_id is empty, and it is required."
        ),
    ],
)
# how DIRTY is printed
BOOKS_OF_DIRTY = (
    "    read       200,000\n"
    "  = loaded     196,000\n"
    "  + updated          0\n"
    "  + unchanged        0\n"
    "  + duplicate      750\n"
    "  + rejected     3,250\n"
)
REASONS_OF_DIRTY = (
    "3,250 rejects by reason:\n"
    "  3,000 x not_a_number in call_cost_usd: /inbox/calls_1.csv:18: call_cost_usd: 'abc' is not an amount.\n"
    "    200 x key_conflict: /inbox/calls_1.csv:40: The same key has other values in line 2, which comes first.\n"
    "     50 x missing in customer_id: /inbox/calls_1.csv:51: customer_id is empty, and it is required.\n"
)
