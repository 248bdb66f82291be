"""A ledger with a long history, and what each statement costs in it that workers repeat.

The statements are those of the engine, from its files: by task, by second, by poll of a waiting command, at the end of
a run, and by other commands. Each is explained with its real parameters, in a transaction that is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements
from sluice.engine.ledger.kinds import KINDS, NAMES

query = statements(__name__)

LARGE = ("step", "part", "input")  # the tables that grow with every file
PER_RUN = 1_000
PROCESSES = 400
_TAKEN = 3
_COUNTS = ("read", "loaded", "updated", "unchanged", "duplicate", "rejected", "contested")
_STOCK = {"pipeline": "snapshots", "source": "snapshots"}
_OTHERWISE: dict[str, dict[str, str]] = {  # parameters that have the value of another one
    "steps/plan/same_content": {"newest": "no"},
    "steps/plan/applied_since": {"run": "large"},
    "ledger/read_parts": {"parts": "own_parts"},
    "ledger/whole_inputs_loaded": dict.fromkeys(_COUNTS, "zeros"),
    "steps/batch/parts_loaded": {"parts": "own_parts", **dict.fromkeys(_COUNTS, "zeros"), "loaded": "tens"},
    "steps/batch/start_batch": {"parts": "ones", "planned": "ones"},
    "steps/plan/read_otherwise": {"raws": "shas"},
    "steps/batch/inputs_loaded": {"read": "tens", "loaded": "tens", "rejected": "zeros"},
    "ledger/skip_inputs": {"same_as": "ones"},
    "ledger/inputs/last_noted": _STOCK,
    "load/newest_snapshot": _STOCK,
    "load/supersede": _STOCK,
}
_DURATIONS = {
    "task": """
        ledger/claim ledger/claim_next ledger/extend ledger/finish_step ledger/release ledger/read_parts
        ledger/part_ended ledger/input_loaded ledger/run_counted ledger/end_input
        steps/part/lock_part steps/part/part_loaded
        ledger/batches/claim_batch ledger/batches/claim_batch_next ledger/batches/finish_batch
        ledger/batches/release_batch ledger/batches/release_others ledger/whole_inputs_loaded ledger/skip_inputs
        steps/batch/lock_batch steps/batch/lock_steps steps/batch/parts_loaded steps/plan/note_stamps
        steps/plan/known_by_stamp steps/plan/read_otherwise steps/batch/inputs_loaded
        steps/batch/start_batch steps/plan/read_inputs
        steps/plan/same_content steps/plan/other_readings steps/plan/earlier_plan steps/plan/earlier_snapshot
        steps/plan/loading_before steps/plan/applied_before steps/plan/applied_since steps/plan/start_loading
        ledger/inputs/earlier_open_run ledger/inputs/last_noted load/earlier_input load/to_clear load/unplanned
        load/note_older tables/expected_rows""",
    "second": """
        steps/any_due steps/any_new steps/known_queue steps/open_steps steps/due_steps steps/due_again
        steps/mark_published
        steps/reset_passed_on steps/local_holders ledger/expire steps/content_now_loaded steps/free_waiting
        steps/part/parked_inputs steps/runs_to_settle ledger/take_turn ledger/register_worker""",
    "poll": "ledger/status_run ledger/any_worker ledger/list_runs",
    "run": """
        steps/open_run steps/is_buildable ledger/nothing_loaded ledger/fail_copies load/newest_snapshot load/supersede
        steps/finish_inputs steps/finish_run steps/unsettled_run derive/settled_since ledger/run_revisions""",
    "command": "tables/was_updated doctor/dead_steps doctor/stuck_runs doctor/processes",
}


# fmt: off
ALWAYS: dict[str, Any] = {
    "children": None,
    "pipeline": "calls", "source": "calls", "contract": "c1", "snapshots": "stock", "table": "calls",
    "schema": "public", "kind": "extract", "previous": "extract", "empty": list(NAMES),
    "holder": "host1|boot|1|1.1", "node": "host1|", "gone": ["host1|boot|1|1.1"], "name": "host1|boot|1|1.1",
    "first": [each.name for each in KINDS if each.of_run],
    "window": 2 * PROCESSES, "under_way": 2 * PROCESSES - 20, "crashed_under_way": 0, "others": 0, "crashed": [],
    "lease_s": 30, "pause_s": 1, "publish_s": 10, "loss_s": 3, "fresh_s": 12, "every_s": 1, "processes": 2,
    "patience": timedelta(minutes=3), "limit": 10, "max_crashes": 3, "leases": True, "missing": False, "staged": False,
    "state": "failed", "error": None, "code": None, "note": None, "same_as": None, "landed": None, "raw": None,
    "code_version": "1", "dialect": "{}", "ordered": False, "replaces": [], "size": 1, "parts": 1, "planned": 1,
    "derived": True, "updating": ["calls"], "present": ["a"], "members": [1, 2], "only_reloads": False, "no": False,
    "read": 10, "loaded": 10, "updated": 0, "unchanged": 0, "duplicate": 0, "rejected": 0, "contested": 0,
    "fences": [0] * 20, "most": 64, "ones": [1], "zeros": [0], "tens": [10], "sizes": [1], "raws": [None],
    "notes": [None], "changed": [None], "dialects": ["{}"], "stamps": [None], "alone": False, "inputs_ended": 0,
    "passed_on": ["extract", "transform"], "queue_s": 320, "lost": False,
}
# fmt: on


class Statement(NamedTuple):
    """A statement of the engine, and how often it runs: once a `task`, `second`, `poll`, `run` or `command`."""

    name: str
    each: str

    @property
    def text(self) -> str:
        """The SQL, as the engine reads it."""
        room, _, name = self.name.rpartition("/")
        return statements(f"sluice.engine.{room.replace('/', '.')}.any")(name)


STATEMENTS = [Statement(name, each) for each, names in _DURATIONS.items() for name in names.split()]


@dataclass(frozen=True)
class Plan:
    """What a statement did: milliseconds, pages of 8 KiB that it read, and the large tables that it read in full."""

    ms: float
    pages: int
    scanned: tuple[str, ...]


def fill(cursor: Cursor, steps: int, processes: int = PROCESSES) -> None:
    """Fill an empty ledger with about so many steps. A tenth of them waits in one open run, a step is worked on by each
    of the processes, and as many are published; all others are done."""
    waiting = steps // 10
    files = max((steps - waiting) // 2 // PER_RUN, 1) * PER_RUN
    cursor.execute("set local session_replication_role = replica")  # without checks of foreign keys
    cursor.execute(query("ledger_indexes"), {"tables": list(LARGE)})
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"drop index {name}")
    cursor.execute(
        query("fill_ledger"), {"files": files, "per_run": PER_RUN, "waiting": waiting, "processes": processes}
    )
    for _, definition in indexes:
        cursor.execute(definition)


def parameters(cursor: Cursor) -> dict[str, Any]:
    """The parameters of all statements: ALWAYS, and those of a small open run, which is the newest."""
    cursor.execute(query("some_parameters"))
    names = [each.name for each in cursor.description or ()]
    return ALWAYS | dict(zip(names, cursor.fetchone() or (), strict=True))


def plans(cursor: Cursor, values: Mapping[str, Any], times: int = _TAKEN) -> Iterator[tuple[Statement, Plan]]:
    """Run each statement a few times, and undo it; the plan with the median time. Inside the caller's transaction."""
    for statement in STATEMENTS:
        found = [_explain(cursor, statement, values) for _ in range(times)]
        middle = median(plan.ms for plan in found[-max(times - 1, 1) :])
        yield statement, min(found, key=lambda plan: abs(plan.ms - middle))


def _explain(cursor: Cursor, statement: Statement, values: Mapping[str, Any]) -> Plan:
    cursor.execute("savepoint explained")
    otherwise = {name: values[other] for name, other in _OTHERWISE.get(statement.name, {}).items()}
    cursor.execute(f"explain (analyze, buffers, format json) {statement.text}", {**values, **otherwise})
    ((explained,),) = cursor.fetchall()[0]
    cursor.execute("rollback to savepoint explained")
    top = explained["Plan"]
    scanned = {node["Relation Name"] for node in _nodes(top) if node["Node Type"] == "Seq Scan"} & {*LARGE}
    pages = int(top["Shared Hit Blocks"]) + int(top["Shared Read Blocks"])
    ms = float(explained["Planning Time"]) + float(explained["Execution Time"])
    return Plan(ms, pages, tuple(sorted(scanned)))


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if plan.get("Actual Loops", 0):
        yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
