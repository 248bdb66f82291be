"""A pipeline of calls whose rows expire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sluice.engine.ledger.runs import Run
from sluice.pipelines import find
from tests.kit.in_process import InProcess

DECLARED = """
from sluice import Column, Date, Derived, Files, Integer, Pipeline, Table, Text

calls = Table("call", key={key}, on_conflict="{on_conflict}"{expire}, columns=[
    Column("id", Integer(), required=True), Column("day", Date("%Y-%m-%d"), required=True), Column("note", Text())])
notes = Derived("notes", key=("note",), columns={{"note": "text", "calls": "bigint"}}, without_expired=True,
                sql="select note, count(*) as calls from {{calls}} group by note")
pipeline = Pipeline("calls", Files("*.csv", name="calls"), calls, derived=[notes])
"""
BY_DAY = ', expire_after="90 days", expire_by="day"'
BY_LOAD = ', expire_after="90 days"'


def days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()


class Calls:
    """Runs of that pipeline, loaded one after another."""

    def __init__(self, engine: InProcess, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.engine, self.folder, self._patch = engine, folder, patch
        self.run: Run

    def declare(self, expire: str = BY_DAY, *, on_conflict: str = "keep", key: str = "('id',)") -> None:
        folder = self.folder / "declared"
        folder.mkdir(exist_ok=True)
        (folder / "calls.py").write_text(DECLARED.format(expire=expire, on_conflict=on_conflict, key=key))
        self._patch.setenv("SLUICE_PIPELINES", str(folder))
        self.engine.forget()
        self.engine.use(find("calls"))

    def file(self, name: str, *rows: str) -> Path:
        path = self.folder / name
        path.write_text("id,day,note\n" + "".join(f"{row}\n" for row in rows))
        return path

    def load(self, *paths: Path, **options: object) -> dict[str, Any]:
        self.run = self.engine.register(*paths, **options)
        return self.engine.finish(self.run)

    @property
    def ids(self) -> list[int]:
        return [number for (number,) in self.engine.sql("select id from call order by id")]

    @property
    def notes(self) -> list[tuple[Any, ...]]:
        return self.engine.sql("select note, calls from notes order by note")
