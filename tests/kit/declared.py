"""A pipeline in a file of its own, loaded in a sandbox, replayed and undone there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sluice.engine.database.connection import transaction
from sluice.engine.ledger.registration import register
from sluice.engine.ledger.runs import Run, read_status
from sluice.engine.load.bulk import forget_considered
from sluice.engine.sources.inputs import inputs_of
from sluice.engine.steps.again.replay.chosen import Wanted
from sluice.engine.steps.dispatch import recover
from sluice.engine.tables.migrate import migrate
from sluice.pipelines import find
from sluice.tasks.removal.cancel import cancel
from sluice.tasks.removal.undo import Undone, undo
from sluice.tasks.replay import chosen_rejects, replay
from sluice.testing import Loaded, Sandbox, sandbox
from sluice.testing.steps import Steps, contract_of


class Declared:
    """Runs of the pipeline `p`, which can be found by its name."""

    def __init__(self, box: Sandbox, folder: Path) -> None:
        self.box, self.folder = box, folder

    def declare(self, text: str) -> None:
        (self.folder / "declared").mkdir(exist_ok=True)
        (self.folder / "declared" / "p.py").write_text(f"from sluice import *\n{text}")
        os.environ["SLUICE_PIPELINES"] = str(self.folder / "declared")
        forget_considered()
        migrate([find("p")])

    def file(self, name: str, *lines: str) -> Path:
        path = self.folder / name
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    def load(self, *paths: Path, as_of: date | None = None) -> Loaded:
        return self.box.load(find("p"), *paths, as_of=as_of)

    def finish(self, run: int) -> dict[str, Any]:
        """All that is left of a run."""
        Steps(find("p"), Run(run)).all()
        recover()
        Steps(find("p"), Run(run)).all()
        return Run(run).status().json()

    def cancel_after(self, steps: int, *paths: Path) -> bool:
        """Register a run, take some of its steps, and cancel it. Returns whether it was still open."""
        pipeline = find("p")
        versions = {flow.source.name: contract_of(pipeline, flow.source.name).version for flow in pipeline.flows}
        with transaction() as cursor:
            run = register(cursor, "p", versions, inputs_of(pipeline, paths), {})
        taken = Steps(pipeline, run)
        taken.some(steps)
        is_open: bool = run.status().json()["state"] == "running"
        if is_open:
            cancel(run.id)
        return is_open

    def replay(self, run: int, **sets: str) -> dict[str, Any]:
        status = read_status(run)
        replayed = replay(status, chosen_rejects(status, Wanted(sets=sets)))
        assert replayed is not None
        return self.finish(replayed.id)

    def undo(self, run: int, file: str | None = None) -> Undone:
        done = undo(run, file)
        assert done.by is not None
        assert self.finish(done.by)["state"] == "done"
        return done


@contextmanager
def declared(folder: Path) -> Iterator[Declared]:
    """A sandbox for a pipeline whose file is below this folder."""
    with sandbox() as box:
        yield Declared(box, folder)
