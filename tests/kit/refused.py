"""A pipeline whose rows are refused, corrected and replayed, and the database that never saw a fault."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from sluice.engine.base.settings import settings
from sluice.engine.ledger.runs import Run, read_status
from sluice.engine.steps.again.replay.chosen import Wanted
from sluice.pipelines import find
from sluice.tasks.replay import chosen_rejects, replay
from tests.kit.in_process import InProcess

DECLARED = """
from sluice import Column, Decimal, Derived, Files, Integer, Pipeline, Table, Text

pipeline = Pipeline(
    "{name}",
    Files("*.csv"{files}),
    Table("{name}", key=("id",), on_conflict="{conflict}", columns=[
        Column("id", Integer(), required=True),
        Column("name", Text(max_length=20){pii}),
        Column("amount", Decimal(12, 2{point}), required=True),
    ]),
    derived=[Derived("{name}_sum", key=("one",), columns={{"one": "integer", "total": "numeric(14,2)"}},
                     sql="select 1 as one, sum(amount) as total from {{files}} f")],
)
"""


def declare(
    folder: Path, *, name: str = "orders", conflict: str = "keep", point: str = "", pii: str = "", files: str = ""
) -> Path:
    """Write the pipeline's file."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.py"
    path.write_text(DECLARED.format(name=name, conflict=conflict, point=point, pii=pii, files=files))
    return path


def use(engine: InProcess, folder: Path, monkeypatch: pytest.MonkeyPatch, **declared: str) -> None:
    """Let the engine of a test load this pipeline."""
    declare(folder, **declared)
    monkeypatch.setenv("SLUICE_PIPELINES", str(folder))
    settings.cache_clear()
    engine.use(find("orders"))


def orders(path: Path, rows: Iterable[tuple[object, str, str]]) -> Path:
    """Write a file of orders."""
    path.write_text("id,name,amount\n" + "".join(f"{number},{name},{amount}\n" for number, name, amount in rows))
    return path


def loaded(engine: InProcess, *paths: Path, **options: Any) -> int:
    """Load files. Returns the run."""
    run = engine.register(*paths, **options)
    engine.finish(run)
    return run.id


def replayed(engine: InProcess, run: int, wanted: Wanted | None = None) -> dict[str, Any] | None:
    """Replay rejects of a run. Returns the status of that run; None if there is nothing to replay."""
    made = registered(run, wanted)
    return None if made is None else engine.finish(made)


def registered(run: int, wanted: Wanted | None = None) -> Run | None:
    """Register a replay, and load nothing yet."""
    status = read_status(run)
    return replay(status, chosen_rejects(status, wanted or Wanted()))


def rows_of(engine: InProcess, table: str = "orders") -> list[tuple[Any, ...]]:
    """What a table has, without its lineage."""
    columns = "one, total::text" if table.endswith("_sum") else "id, name, amount::text"
    return engine.sql(f"select {columns} from {table} order by 1")
