"""A pipeline with tables of its own, and a hand to export them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.engine.declare import Column, Derived, Files, Flow, Pipeline, Table
from sluice.engine.export import ExportRequest, Form, export_tables
from sluice.engine.export.run import ExportedFile
from sluice.engine.types import Integer, Text
from tests.kit.in_process import InProcess

GOODS = Pipeline(
    name="goods",
    flows=[
        Flow(
            Files("goods*", name="goods"),
            Table("goods", key=("id",), columns=[Column("id", Integer(), required=True), Column("name", Text())]),
        )
    ],
    derived=[
        Derived(
            "goods_by_name",
            key=("as_of", "name"),
            columns={"as_of": "date", "name": "text", "goods": "bigint"},
            sql="select %(as_of)s::date as as_of, g.name, count(*) as goods from {goods} g group by g.name",
        )
    ],
)


class Office:
    """Exports a table of the engine's database into a folder."""

    def __init__(self, engine: InProcess, folder: Path) -> None:
        self.engine = engine
        self.folder = folder

    def to(self, name: str) -> Path:
        return self.folder / name

    def export(
        self, table: str, name: str, *columns: str, key: tuple[str, ...] = ("id",), **form: bool | str
    ) -> ExportedFile:
        """Write `table` to a file called `name`."""
        wanted = ExportRequest(table, key, str(self.to(name)), columns)
        (made,) = export_tables([wanted], Form(**form))  # type: ignore[arg-type]
        return made


@pytest.fixture
def office(engine: InProcess, tmp_path: Path) -> Office:
    engine.use(GOODS)
    folder = tmp_path / "out"
    folder.mkdir()
    return Office(engine, folder)
