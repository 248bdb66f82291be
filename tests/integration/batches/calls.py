"""Small files of call logs, and their steps taken in batches, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sluice.engine.ledger.runs import Run
from sluice.engine.sources.inputs import inputs_of
from sluice.errors import TransientError
from sluice.tasks import batches
from sluice.tasks.enqueue import enqueue_inputs
from tests.kit.in_process import InProcess

HEADER = "customer_id,call_cost,call_destination,call_date,call_duration\n"
ROWS = """select i.position, c._line, c.customer_id, c.call_cost_usd, c.call_destination, c.call_date, c.call_duration_s
          from customer_call_logs c join sluice.input i on i.id = c._input_id order by 1, 2"""
REJECTS = """select i.position, r.line, r.column_name, r.code, r.reason, r.other_line,
                    (select position from sluice.input o where o.id = r.other_input)
             from sluice.reject r join sluice.input i on i.id = r.input_id where r.run_id = %s order by 1, 2"""
BOOKS = """select position, state, error_code, planned, read, loaded, duplicate, rejected, contested, note
           from sluice.input where run_id = %s order by position"""


def row(key: int, cost: str = "1.00", to: str = "Lyon") -> str:
    return f"{key},{cost},{to},2023-05-06 07:08:09,00:01:00\n"


def files(folder: Path, *texts: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{number:02}.csv" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(HEADER + text)
    return paths


def register(engine: InProcess, *paths: Path, **options: Any) -> Run:
    return enqueue_inputs(engine.pipeline, inputs_of(engine.pipeline, paths), **options)


def take(engine: InProcess, run: Run, kind: str) -> Any:
    """One message with all due steps of a kind, taken by its task."""
    return getattr(batches, kind)({"steps": engine.steps(run, kind)})


def planned(engine: InProcess, folder: Path, *texts: str) -> Run:
    """A run of these files, planned in a batch."""
    run = register(engine, *files(folder, *texts))
    take(engine, run, "plan")
    return run


def ready(engine: InProcess, run: Run) -> Any:
    """The message for the load of a planned run: its parts are extracted and transformed."""
    return batches.transform(take(engine, run, "extract"))


def load(engine: InProcess, run: Run) -> None:
    """All due parts of a run, through the three tasks of a batch."""
    batches.load(ready(engine, run))


def finish(engine: InProcess, run: Run) -> None:
    take(engine, run, "plan")
    if engine.steps(run, "extract"):
        load(engine, run)
    engine.settle(run)


def result(engine: InProcess, run: Run) -> tuple[list[tuple[Any, ...]], ...]:
    return engine.sql(ROWS), engine.sql(REJECTS, run.id), engine.sql(BOOKS, run.id)


def cut_at_commit(begin: Callable[[], Any]) -> Callable[[], Any]:
    """Transactions whose COMMIT is done, but whose answer is lost with the connection."""

    @contextmanager
    def cut() -> Iterator[Any]:
        with begin() as cursor:
            yield cursor
        raise TransientError("the connection is cut")

    return cut
