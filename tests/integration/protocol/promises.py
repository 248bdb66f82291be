"""What must be true of the ledger and the table: at every moment, and when all runs have ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.protocol.world import BAD, PAD, World
from tests.kit.dictionary import BOOKS, Kept, Row, Updated

NAMES = ("read", "loaded", "updated", "unchanged", "duplicate", "rejected", "contested")
SUMS = ", ".join(f"coalesce(sum({name}), 0)" for name in NAMES)
TABLE = "select id::text, value, _input_id, _line from things order by 1"
STEPS = "select id, kind, state, fence, lease_until is not null, holder is not null from sluice.step order by id"
WHOLE = f"""
select 'step', to_jsonb(s)::text from (
    select id, kind, state, fence, lease_until, holder, crashes, vanished, error from sluice.step order by id) s
union all select 'part', to_jsonb(p)::text from (select * from sluice.part order by id) p
union all select 'row', to_jsonb(t)::text from ({TABLE}) t
"""


class Promises:
    """Checks one history. It remembers the fences that it has seen."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._fences: dict[int, int] = {}

    def now(self) -> None:
        """What must be true between any two transactions."""
        self._steps()
        self._rows()
        self._books()
        assert self.world.frames_without_end() == [], "frames without a time to live"

    def whole(self) -> list[tuple[Any, ...]]:
        """Everything that a worker without a claim must not change."""
        return sorted(self.world.state(WHOLE))

    def _steps(self) -> None:
        for step, kind, state, fence, leased, held in self.world.state(STEPS):
            assert fence >= self._fences.get(step, 0), f"the fence of step {step} went back to {fence}"
            assert leased == (state == "working"), f"step {step} ({kind}) is {state}; it has a lease: {leased}"
            assert not held or state == "working", f"step {step} ({kind}) is {state} and has a holder"
            self._fences[step] = fence
        for worker in self.world.workers:
            claim = worker.claim
            if claim is not None and claim.step in self._fences:  # a step goes with its input's old plan
                assert self._fences[claim.step] >= claim.fence, f"{claim} was not committed before its work"

    def _rows(self) -> None:
        rows = self.world.state(TABLE)
        places = [(input_id, line) for _, _, input_id, line in rows]
        assert len(places) == len(set(places)), "a line is in the table twice"
        known = {row for paths, _ in self.world.runs.values() for path in paths for row in self.world.files[path]}
        found = {(key, value) for key, value, _, _ in rows}
        assert found <= known, f"rows that are in no file: {found - known}"

    def _books(self) -> None:
        """Parts balance (a constraint of the ledger), come to their input, and inputs to their run."""
        of_inputs = {i: rest for i, *rest in self.world.state(f"select id, {', '.join(NAMES)} from sluice.input")}
        of_parts = self.world.state(f"select input_id, {SUMS} from sluice.part group by 1")
        for input_id, *books in of_parts:
            assert books == of_inputs[input_id], f"input {input_id} and its parts"
        of_runs = {run: rest for run, *rest in self.world.state(f"select id, {', '.join(NAMES)} from sluice.run")}
        for run, *books in self.world.state(f"select run_id, {SUMS} from sluice.input group by 1"):
            assert books == of_runs[run], f"run {run} and its inputs"
        wrong = "select id from sluice.part where read > planned"
        assert self.world.state(wrong) == [], "a part with more rows read than there are"

    def at_the_end(self, table: type[Updated | Kept]) -> None:
        """Every run has ended; table and books are those of a dictionary, and nothing is left of the work."""
        self.now()
        self._nothing_is_left()
        model = table(("id",), ("id", "value", "pad"))
        # with `keep` the rows of a settled run are final; an update counts runs by their number
        order = "id" if table is Updated else "finished_at"
        for run, state, *books in self.world.state(
            f"select id, state, {', '.join(BOOKS)} from sluice.run order by {order}"
        ):
            expected = self._apply(model, run)
            counted = dict(zip(BOOKS, books, strict=True))
            assert counted == expected, f"books of run {run} ({state}): {counted}, not {expected}"
        found = {(key,): {"id": key, "value": value, "pad": PAD} for key, value, *_ in self.world.state(TABLE)}
        assert found == model.rows

    def _nothing_is_left(self) -> None:
        open_steps = "select id, kind, state from sluice.step where state not in ('done', 'dead')"
        assert self.world.state(open_steps) == []
        assert self.world.state("select id from sluice.step where lease_until is not null or holder is not null") == []
        assert self.world.state("select run_id, input_id, line from sluice.contender") == []
        assert self.world.state("select id, contested from sluice.run where contested <> 0") == []
        replaced = "select * from sluice.replaced where run_id in (select id from sluice.run where state <> 'running')"
        assert self.world.state(replaced) == []

    def _apply(self, model: Updated | Kept, run: int) -> dict[str, int]:
        """Apply a run's files to the model, without lines of dead parts. Returns the books that it must have."""
        _, reload = self.world.runs[run]
        applied, refused = [], 0
        for input_id, uri, read, replaces in self.world.state(
            "select id, uri, read, replaces <> '{}' from sluice.input where run_id = %s order by position, id", run
        ):
            if read == 0:
                continue
            content = str(self.world.files[Path(uri)])
            if replaces:  # it was loaded before, but for a part that is dead: all of it is read again
                for key in [key for key, name in model.origin.items() if name == content]:
                    del model.rows[key], model.origin[key]
            rows = self._read_rows(input_id, uri)
            good: list[Row] = [{"id": key, "value": value, "pad": PAD} for key, value in rows if key != BAD]
            refused += len(rows) - len(good)
            applied.append((content, good))
        books = model.run(applied, reload=reload)
        return books | {"read": books["read"] + refused, "rejected": books["rejected"] + refused}

    def _read_rows(self, input_id: int, uri: str) -> list[tuple[str, str]]:
        rows = self.world.files[Path(uri)]
        found: list[tuple[str, str]] = []
        for first, end in self.world.state(
            "select first_line, end_line from sluice.part where input_id = %s and state = 'loaded' order by number",
            input_id,
        ):
            found += rows[first - 2 : len(rows) if end is None else end - 2]
        return found
