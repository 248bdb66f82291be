"""The engine without Celery: a test takes each step itself, in the order it wants."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sluice.engine.base import settings as settings_module
from sluice.engine.database.connection import drop_connection, transaction
from sluice.engine.database.ledger import in_ledger
from sluice.engine.declare import Pipeline
from sluice.engine.ledger import steps
from sluice.engine.ledger.parts import read_part
from sluice.engine.ledger.personal.masks import forget_masks
from sluice.engine.ledger.registration import register
from sluice.engine.ledger.runs import Run
from sluice.engine.load.bulk import forget_considered
from sluice.engine.rows.contract import Contract
from sluice.engine.rows.frames import frames
from sluice.engine.rows.frames.cache import forget_frames
from sluice.engine.sources.inputs import inputs_of
from sluice.engine.steps.build import build_run
from sluice.engine.steps.dispatch import recover
from sluice.engine.steps.part.extract import extract_part
from sluice.engine.steps.part.load import load_part
from sluice.engine.steps.part.park import park_part
from sluice.engine.steps.part.transform import transform_part
from sluice.engine.steps.plan.contents import ContentsUnknown
from sluice.engine.steps.plan.plan import plan_input, read_input
from sluice.engine.steps.settle import settle_run
from sluice.engine.tables.migrate import migrate


class InProcess:
    """Runs of one pipeline, step by step."""

    pipeline: Pipeline
    contracts: dict[str, Contract]

    @staticmethod
    def forget() -> None:
        """Whatever this process remembers of other settings and servers."""
        settings_module.settings.cache_clear()
        drop_connection()
        forget_frames()
        forget_considered()
        forget_masks()

    def use(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.contracts = {f.source.name: Contract(f.table, f.transform, f.source) for f in pipeline.flows}
        migrate([pipeline])

    def register(self, *paths: Path, **options: Any) -> Run:
        versions = {source: contract.version for source, contract in self.contracts.items()}
        with transaction() as cursor:
            return register(cursor, self.pipeline.name, versions, inputs_of(self.pipeline, paths), options)

    def steps(self, run: Run, kind: str) -> list[int]:
        """Steps of a run that are due at `kind`, in order of input and part."""
        ask = (
            "select s.id from sluice.step s left join sluice.input i on i.id = s.input_id"
            " left join sluice.part p on p.id = s.part_id"
            " where s.run_id = %s and s.kind = %s and s.state = 'due' order by i.position, i.id, p.number"
        )
        with transaction() as cursor:
            cursor.execute(in_ledger(ask), (run.id, kind))
            return [step for (step,) in cursor.fetchall()]

    def plan(self, run: Run) -> None:
        waiting = self.steps(run, "plan")
        while waiting:
            step = waiting.pop(0)
            try:
                self.plan_step(step)
            except ContentsUnknown:
                self.sql("update sluice.step set state = 'due' where id = %s", step)
                waiting.append(step)

    def plan_step(self, step: int) -> None:
        claim = steps.claim("plan", {"step": step})
        work = read_input(claim)
        plan_input(claim, work, self.pipeline.flow(work.source), self.contracts[work.source], lambda: None)

    def load(self, step: int) -> None:
        """Take a part from its bytes to its rows."""
        claim = steps.claim("extract", {"step": step})
        assert claim.part is not None
        work = read_part(claim.part)
        raw = extract_part(work, self.contracts[work.source], frames())
        claim = steps.claim("transform", claim.message)
        ready = transform_part(work, raw, self.contracts[work.source])
        claim = steps.claim("load", claim.message)
        load_part(claim, work, ready, self.pipeline.flow(work.source).table)

    def check(self, step: int) -> None:
        """Take a part to where it waits for the other parts of its input, with a limit of rejects."""
        claim = steps.claim("extract", {"step": step})
        assert claim.part is not None
        work = read_part(claim.part)
        raw = extract_part(work, self.contracts[work.source], frames())
        claim = steps.claim("transform", claim.message)
        park_part(claim, work, transform_part(work, raw, self.contracts[work.source]).rejects)

    def load_checked(self, step: int) -> None:
        """Load a part that waited."""
        claim = steps.claim("load", {"step": step})
        assert claim.part is not None
        work = read_part(claim.part)
        ready = transform_part(
            work, extract_part(work, self.contracts[work.source], frames()), self.contracts[work.source]
        )
        load_part(claim, work, ready, self.pipeline.flow(work.source).table)

    def settle(self, run: Run) -> None:
        recover()
        (step,) = self.steps(run, "settle")
        settle_run(steps.claim("settle", {"step": step}), self.pipeline)

    def finish(self, run: Run) -> dict[str, Any]:
        """All that is left of a run, in order."""
        self.plan(run)
        for step in self.steps(run, "extract"):
            self.load(step)
        if self.steps(run, "settle"):
            self.settle(run)
        for step in self.steps(run, "build"):
            build_run(steps.claim("build", {"step": step}), self.pipeline)
        return run.status().json()

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with transaction() as cursor:
            cursor.execute(in_ledger(statement), values or None)
            return cursor.fetchall() if cursor.description else []
