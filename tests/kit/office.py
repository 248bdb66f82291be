"""A scheduled pipeline, an inbox that a test fills, and what the schedule makes of it at times that the test says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.declare import Pipeline, Schedule
from sluice.engine.ledger.registration import NewInput, register
from sluice.engine.ledger.runs import Run
from sluice.engine.schedule import begin_day, check_schedule
from sluice.pipelines.customer_ltv import pipeline as customer_ltv
from tests.kit.in_process import InProcess

HEADERS = {
    "customers": "customer_id,first_name,last_name,email,country,gender,date_of_birth",
    "orders": "order_id,customer_id,order_date,product,price",
    "payments": "payment_id,customer_id,order_id,payment_date,amount",
}
ROWS = {
    "customers": "1,Ada,Uwase,ada@example.com,RW,F,1990-01-01",
    "orders": "10,1,2026-01-01,tea,5.00",
    "payments": "100,1,10,2026-01-01,5.00",
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Office:
    """One scheduled pipeline, its inbox, and a ledger of its own."""

    engine: InProcess
    inbox: Path

    def use(self, schedule: Schedule, patterns: str = "", pipeline: Pipeline = customer_ltv) -> None:
        """Schedule a pipeline, with files like `patterns` where that is said: "%Y-%m-%d/{}*.csv"."""
        flows = [
            replace(each, source=replace(each.source, pattern=patterns.format(each.source.name[:-1])))
            if patterns
            else each
            for each in pipeline.flows
        ]
        self.engine.use(Pipeline(pipeline.name, schedule=schedule, flows=flows, derived=pipeline.derived))

    def put(self, path: str, *rows: str) -> Path:
        """A file in the inbox, told by its name, with these rows, or one row of its kind."""
        kind = next(each for each in HEADERS if path.rpartition("/")[2].startswith(each[:-1]))
        file = self.inbox / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join([HEADERS[kind], *(rows or [ROWS[kind]]), ""]))
        return file

    def put_all(self, folder: str) -> None:
        for kind in HEADERS:
            self.put(f"{folder}/{kind}.csv")

    def start(self, cursor: Cursor, pipeline: Pipeline, inputs: list[NewInput], as_of: date | None) -> Run:
        options = {"as_of": as_of.isoformat()} if as_of else {}
        versions = {source: contract.version for source, contract in self.engine.contracts.items()}
        return register(cursor, pipeline.name, versions, inputs, options)

    def check(self, now: str, *, finish: bool = True) -> list[tuple[str | None, list[str]]]:
        """What is started at a time (UTC): as_of and the files of each run, which are brought to their end."""
        runs = check_schedule(self.engine.pipeline, at(now), self.start)
        return [self.told(run, finish=finish) for run in runs]

    def backfill(self, day: str) -> tuple[str | None, list[str]] | None:
        run = begin_day(self.engine.pipeline, date.fromisoformat(day), self.start)
        return run and self.told(run)

    def told(self, run: Run, *, finish: bool = True) -> tuple[str | None, list[str]]:
        if finish:
            assert self.engine.finish(run)["state"] == "done"
        status = run.status().json()
        return status["as_of"], [str(Path(each["uri"]).relative_to(self.inbox)) for each in status["inputs"]]

    def days(self) -> list[tuple[str, str]]:
        """Each day that was noted, and what became of it."""
        return self.engine.sql("select day::text, state from sluice.tick order by due_time")

    def note(self, day: str) -> Any:
        return self.engine.sql("select note from sluice.tick where day = %s", day)[0][0]
