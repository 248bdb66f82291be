"""The steps of one run, executed one after another in this process."""

from __future__ import annotations

from importlib import import_module
from itertools import count

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline
from sluice.engine.ledger import steps
from sluice.engine.ledger.kinds import KINDS, NAMES
from sluice.engine.ledger.parts import read_part
from sluice.engine.ledger.runs import Run
from sluice.engine.rows.contract import Contract
from sluice.engine.rows.frames import frames
from sluice.engine.steps.part.extract import extract_part
from sluice.engine.steps.part.load import load_part
from sluice.engine.steps.part.transform import transform_part
from sluice.engine.steps.plan.contents import ContentsUnknown
from sluice.engine.steps.plan.plan import plan_input, read_input
from sluice.errors import LostClaim

query = statements(__name__)

_OF_RUN = {kind.name for kind in KINDS if kind.of_run}
_ORDER = ["plan", *(name for name in NAMES if name != "plan")]


class Steps:
    """The steps of a run, executed in their order."""

    def __init__(self, pipeline: Pipeline, run: Run) -> None:
        self.run = run
        self._pipeline = pipeline
        self._contracts = {flow.source.name: contract_of(pipeline, flow.source.name) for flow in pipeline.flows}

    def all(self) -> None:
        """Execute steps until none of the run is due."""
        self.some(None)

    def some(self, most: int | None) -> None:
        """Execute up to so many steps."""
        for _ in count() if most is None else range(most):
            if (due := self._due()) is None:
                return
            step, kind = due
            claim = steps.claim(kind, {"step": step})
            try:
                self._execute(kind, claim)
            except ContentsUnknown:  # it depends on inputs that are planned later
                self._put_last(step)

    def _execute(self, kind: str, claim: steps.Claim) -> None:
        """Steps of a whole run are found by name, so that a new one needs no line here."""
        if kind in _OF_RUN:
            getattr(import_module(f"sluice.engine.steps.{kind}"), f"{kind}_run")(claim, self._pipeline)
        elif kind == "plan":
            self._plan(claim)
        else:
            self._extract(claim)

    def _due(self) -> tuple[int, str] | None:
        with transaction() as cursor:
            cursor.execute(query("next_step"), {"run": self.run.id, "kinds": _ORDER})
            row: tuple[int, str] | None = cursor.fetchone()
        return row

    def _put_last(self, step: int) -> None:
        with transaction() as cursor:
            cursor.execute(query("put_last"), {"step": step})

    def _plan(self, claim: steps.Claim) -> None:
        work = read_input(claim)
        names = [flow.source.name for flow in self._pipeline.children_of(work.source)]
        children = [{"source": n, "contract": self._contracts[n].version, "revision": None} for n in names]
        flow, contract = self._pipeline.flow(work.source), self._contracts[work.source]
        plan_input(claim, work, flow, contract, lambda: None, children)

    def _extract(self, claim: steps.Claim) -> None:
        if claim.part is None:
            raise LostClaim(f"Step {claim.step} has no part.")
        work = read_part(claim.part)
        raw = extract_part(work, self._contracts[work.source], frames())
        claim = steps.claim("transform", claim.message)
        ready = transform_part(work, raw, self._contracts[work.source])
        load_part(steps.claim("load", claim.message), work, ready, self._pipeline.flow(work.source).table)


def contract_of(pipeline: Pipeline, source: str) -> Contract:
    """The contract of one of the sources of a pipeline."""
    flow = pipeline.flow(source)
    return Contract(flow.table, flow.transform, flow.source)
