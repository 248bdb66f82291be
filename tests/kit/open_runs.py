"""Several runs open at once, each step taken when a test wants it, and answered as a worker would answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

from sluice.engine.ledger import steps
from sluice.engine.ledger.parts import read_part
from sluice.engine.ledger.runs import Run, retry
from sluice.engine.rows.frames import frames
from sluice.engine.steps.build import build_run
from sluice.engine.steps.dispatch import recover
from sluice.engine.steps.part.extract import extract_part
from sluice.engine.steps.part.load import load_part
from sluice.engine.steps.part.transform import transform_part
from sluice.engine.steps.plan.plan import plan_input, read_input
from sluice.engine.steps.removal.withdraw import withdraw_input
from sluice.engine.steps.settle import settle_run
from sluice.errors import EarlierRunOpen, InputChanged
from tests.kit.in_process import InProcess

DUE = "select id, kind, run_id from sluice.step where state = 'due' and run_id = any(%s) order by id"
# what waits for its turn waits for no clock here
AT_ONCE = "update sluice.step set due_at = clock_timestamp() - interval '1 s' where state = 'due'"


@dataclass
class OpenRuns:
    """Takes due steps of open runs in random order. `dies` is how likely a load ends as a dead step."""

    engine: InProcess
    random: Random
    dies: float = 0.0
    open: list[Run] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    def add(self, paths: Sequence[Path], as_of: date, *, reload: bool = False) -> Run:
        options = {"as_of": as_of.isoformat()} | ({"reload": True} if reload else {})
        self.open.append(self.engine.register(*paths, **options))
        return self.open[-1]

    def retry(self, run: Run) -> None:
        if retry(run.id) and run not in self.open:
            self.open.append(run)

    def step(self) -> tuple[str, Run] | None:
        """Take one step that can be taken, and say of what kind and of whose run it was; None when none is left.

        Steps that only wait for each other for ever are an AssertionError.
        """
        recover()
        self.engine.sql(AT_ONCE)
        due = self.engine.sql(DUE, [run.id for run in self.open])
        self.random.shuffle(due)
        for number, kind, run in due:
            if self._take(number, kind):
                self.taken.append(f"{kind} of run {run}")
                return kind, self._close(run)
            self.engine.sql(AT_ONCE)
        self._drop_ended()
        assert not self.open, f"these wait for each other for ever: {due}, {self._why()}"
        return None

    def _take(self, number: int, kind: str) -> bool:
        """Whether the step went on; not when it waits for another run."""
        claim = steps.claim(kind, {"step": number})
        try:
            claim = self._work(claim)
        except EarlierRunOpen as waits:
            steps.release(claim, str(waits), 0.0)
            return False
        except InputChanged as changed:
            claim = self._newest(claim)
            source = self._source(claim)
            withdraw_input(claim, self.engine.pipeline.flow(source).table, str(changed), code="changed", again=True)
        return True

    def _work(self, claim: steps.Claim) -> steps.Claim:
        if claim.kind == "plan":
            work = read_input(claim)
            plan_input(
                claim, work, self.engine.pipeline.flow(work.source), self.engine.contracts[work.source], lambda: None
            )
        elif claim.kind == "settle":
            settle_run(claim, self.engine.pipeline)
        elif claim.kind == "build":
            build_run(claim, self.engine.pipeline)
        elif self.random.random() < self.dies:
            steps.kill(claim, "as a test wants it")
        else:
            self._load(claim)
        return claim

    def _load(self, claim: steps.Claim) -> None:
        assert claim.part is not None
        part = read_part(claim.part)
        contract = self.engine.contracts[part.source]
        ready = transform_part(part, extract_part(part, contract, frames()), contract)
        if claim.kind == "extract":  # else it waited for its turn to be loaded
            claim = steps.claim("load", steps.claim("transform", claim.message).message)
        load_part(claim, part, ready, self.engine.pipeline.flow(part.source).table)

    def _newest(self, claim: steps.Claim) -> steps.Claim:
        [(kind, fence)] = self.engine.sql("select kind, fence from sluice.step where id = %s", claim.step)
        return steps.Claim(claim.step, claim.run, claim.input, claim.part, kind, fence)

    def _source(self, claim: steps.Claim) -> str:
        [(source,)] = self.engine.sql("select source from sluice.input where id = %s", claim.input)
        return str(source)

    def _close(self, number: int) -> Run:
        (run,) = [each for each in self.open if each.id == number]
        self._drop_ended()
        return run

    def _drop_ended(self) -> None:
        ended = self.engine.sql("select id from sluice.run where state <> 'running'")
        self.open = [run for run in self.open if (run.id,) not in ended]

    def _why(self) -> list[tuple[object, ...]]:
        return self.engine.sql("select run_id, kind, state, error from sluice.step where state <> 'done' order by id")
