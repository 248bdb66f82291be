"""A pipeline in a file of its own, whose runs are loaded in this process, undone, and compared."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sluice.engine.ledger.runs import Run
from sluice.pipelines import find
from sluice.tasks.removal.undo import Undone
from sluice.tasks.removal.undo import undo as take_back
from tests.kit.in_process import InProcess

HEAD = "from sluice import Column, Derived, Files, Flow, Integer, Pipeline, Table, Text\n"
PRICES = """
prices = Table("prices", key=("id",), on_conflict="{on_conflict}",
               columns=[Column("id", Integer(), required=True), Column("price", Integer()), Column("name", Text())])
sums = Derived("sums", key=("name",), columns={{"name": "text", "price": "bigint", "articles": "bigint"}},
               sql="select name, sum(price)::bigint as price, count(*) as articles from {{prices}} group by name")
by_date = Derived("by_date", key=("as_of", "name"), columns={{"as_of": "date", "name": "text", "articles": "bigint"}},
                  sql="select %(as_of)s::date as as_of, name, count(*) as articles from {{prices}} group by name")
flow = Flow(Files("*.csv", name="prices"{snapshot}), prices)
pipeline = Pipeline("prices", flows=[flow], derived=[sums{dated}]{more})
"""
# rows by their files, as another database numbers inputs differently
TABLE = (
    "select p.id, p.price, p.name, i.uri, p._line from prices p join sluice.input i on i.id = p._input_id order by p.id"
)
DERIVED = "select name, price, articles from sums order by name"
BOOKS = (
    "select uri, read, loaded, updated, unchanged, duplicate, rejected from sluice.input"
    " where state in ('done', 'failed') order by run_id, position"
)


class UndoShop:
    """Runs of that pipeline, loaded one after another."""

    def __init__(self, engine: InProcess, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.engine, self.folder, self._patch = engine, folder, patch

    def declare(
        self, on_conflict: str = "update", *, snapshot: bool = False, dated: bool = False, more: str = ""
    ) -> None:
        folder = self.folder / "declared"
        folder.mkdir(exist_ok=True)
        chosen = {
            "snapshot": ", snapshot=True" if snapshot else "",
            "dated": ", by_date" if dated else "",
            "more": more,
        }
        text = PRICES.format(on_conflict=on_conflict, **chosen)
        (folder / "prices.py").write_text(HEAD + text)
        self._patch.setenv("SLUICE_PIPELINES", str(folder))
        self.engine.forget()
        self.engine.use(find("prices"))

    def file(self, name: str, *rows: str, header: str = "id,price,name") -> Path:
        path = self.folder / name
        path.write_text(f"{header}\n" + "".join(f"{row}\n" for row in rows))
        return path

    def load(self, *paths: Path, **options: object) -> Run:
        run = self.engine.register(*paths, **options)
        self.engine.finish(run)
        return run

    def undo(self, run: Run, file: str | None = None, *, force: bool = False) -> Undone:
        done = take_back(run.id, file, force=force)
        if done.by is not None:
            assert self.engine.finish(Run(done.by))["state"] == "done"
        return done

    def state(self) -> dict[str, Sequence[tuple[Any, ...]]]:
        """The table with its lineage, the derived table, and the books of what counts as loaded."""
        return {"table": self.engine.sql(TABLE), "derived": self.engine.sql(DERIVED), "books": self.engine.sql(BOOKS)}

    def checksum(self) -> str:
        return hashlib.sha256(repr(self.state()).encode()).hexdigest()
