"""Columns may be called whatever the declaration accepts: every statement works, and every value arrives in its place.

The names are all words of all SQL that Sluice has, its aliases and its own columns among them, so that a statement
which is written some day is tried with its own words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

import sluice
from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.declare.names import IDENTIFIER, SYSTEM_COLUMNS
from sluice.engine.ledger import steps
from sluice.engine.steps.removal.withdraw import withdraw_input
from tests.kit.in_process import InProcess

SQL = Path(sluice.__file__).parent / "engine"
OTHERS = "abcdefghijklmnopqrstuvwxyz_"
RESERVED = [
    "user",
    "table",
    "select",
    "order",
    "group",
    "all",
    "null",
    "true",
    "false",
    "from",
    "where",
    "limit",
    "end",
    "case",
    "when",
    "primary",
    "check",
    "default",
]
LONG = ["x" * 59, "x" * 58 + "y", "_", "__", "_line_", "input_id", "line", "file", "index", "values", "items", "size"]


def words_of_our_sql(*folders: str) -> list[str]:
    """Every word of the statements, and more, that can be the name of a column."""
    files = [path for folder in folders for path in (SQL / folder).glob("**/*.sql")]
    found = {word for path in files for word in re.findall(r"[a-z_]\w*", path.read_text(encoding="utf-8").lower())}
    names = sorted(found | set(OTHERS) | set(RESERVED) | set(LONG))
    return [
        name for name in names if IDENTIFIER.fullmatch(name) and name not in (*SYSTEM_COLUMNS, "_input_id", "_line")
    ]


NAMES = words_of_our_sql("load", "ledger/sql")
MODES = ["keep", "update"]


def pipeline_of(names: Sequence[str], mode: str, *, snapshot: bool = False) -> Pipeline:
    """A table with a key of two of the names, and the others as texts."""
    columns = [
        Column(name, Integer() if name == names[0] else Text(), required=at < 2) for at, name in enumerate(names)
    ]
    table = Table("named", key=tuple(names[:2]), columns=columns, on_conflict=mode)  # type: ignore[arg-type]
    return Pipeline("named", Files("*.csv", snapshot=snapshot), table)


class Sheet:
    """Files with those columns, each value telling its column; and the rows of the table as they should be."""

    def __init__(
        self, engine: InProcess, folder: Path, names: Sequence[str], mode: str, *, snapshot: bool = False
    ) -> None:
        self.engine, self._folder, self._names = engine, folder, names
        engine.use(pipeline_of(names, mode, snapshot=snapshot))

    def row(self, key: int, version: str) -> list[str]:
        return [str(key), "k", *(f"{version}{at}" for at in range(2, len(self._names)))]

    def file(self, name: str, *rows: tuple[int, str]) -> Path:
        path = self._folder / name
        lines = [",".join(self._names), *(",".join(self.row(*row)) for row in rows)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def load(self, *paths: Path, **options: object) -> tuple[int, ...]:
        """(loaded, updated, unchanged, duplicate, rejected) of a run of these files."""
        found = self.engine.finish(self.engine.register(*paths, **options))
        assert found["state"] == "done", found
        return tuple(found[each] for each in ("loaded", "updated", "unchanged", "duplicate", "rejected"))

    def holds(self, *rows: tuple[int, str]) -> bool:
        listed = ", ".join(f'"{name}"::text' for name in self._names)
        found = self.engine.sql(f'select {listed} from named order by "{self._names[0]}"')
        return [list(row) for row in found] == [self.row(*row) for row in rows]


SETS = [NAMES, *([a, b, *NAMES[:6]] for a, b in (("t", "l"), ("c_run", "row"), ("c_place", "c_base"), ("whole", "w")))]


@pytest.fixture(params=SETS, ids=["every word", "t l", "c_run row", "c_place c_base", "whole w"])
def names(request: pytest.FixtureRequest) -> list[str]:
    return list(dict.fromkeys(request.param))


def test_keep(engine: InProcess, tmp_path: Path, names: list[str]) -> None:
    sheet = Sheet(engine, tmp_path, names, "keep")
    assert sheet.load(sheet.file("a.csv", (1, "a"), (2, "a"))) == (2, 0, 0, 0, 0)
    assert sheet.load(sheet.file("b.csv", (1, "a"), (2, "o"), (3, "b"))) == (1, 0, 0, 1, 1)
    assert sheet.load(sheet.file("c.csv", (4, "c"), (4, "c"), (4, "o"))) == (1, 0, 0, 1, 1)
    assert sheet.holds((1, "a"), (2, "a"), (3, "b"), (4, "c"))


def test_update(engine: InProcess, tmp_path: Path, names: list[str]) -> None:
    sheet = Sheet(engine, tmp_path, names, "update")
    assert sheet.load(sheet.file("a.csv", (1, "a"), (2, "a"))) == (2, 0, 0, 0, 0)
    assert sheet.load(sheet.file("b.csv", (1, "a"), (2, "new"), (3, "b"))) == (1, 1, 1, 0, 0)
    assert sheet.holds((1, "a"), (2, "new"), (3, "b"))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.variants
def test_contested_keys_of_one_run(engine: InProcess, tmp_path: Path, names: list[str], mode: str) -> None:
    sheet = Sheet(engine, tmp_path, names, mode)
    sheet.load(sheet.file("z.csv", (1, "z")))
    sheet.load(sheet.file("a.csv", (1, "a"), (2, "a")), sheet.file("b.csv", (2, "b"), (3, "b")))
    winner = "a" if mode == "keep" else "b"
    assert sheet.holds((1, "z" if mode == "keep" else "a"), (2, winner), (3, "b"))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.variants
def test_reload(engine: InProcess, tmp_path: Path, names: list[str], mode: str) -> None:
    sheet = Sheet(engine, tmp_path, names, mode)
    a = sheet.file("a.csv", (1, "a"), (2, "a"))
    sheet.load(a)
    sheet.load(sheet.file("b.csv", (3, "b")))
    assert sheet.load(a, reload=True) == (2, 0, 0, 0, 0)
    assert sheet.holds((1, "a"), (2, "a"), (3, "b"))


def test_snapshot(engine: InProcess, tmp_path: Path, names: list[str]) -> None:
    sheet = Sheet(engine, tmp_path, names, "update", snapshot=True)
    sheet.load(sheet.file("a.csv", (1, "a"), (2, "a")))
    sheet.load(sheet.file("b.csv", (2, "b"), (3, "b")))
    assert sheet.holds((2, "b"), (3, "b"))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.variants
def test_withdraw(
    engine: InProcess, tmp_path: Path, names: list[str], mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_PART_BYTES", "1024")
    InProcess.forget()
    sheet = Sheet(engine, tmp_path, names, mode)
    sheet.load(sheet.file("a.csv", (1, "a"), (2, "a")))
    run = engine.register(sheet.file("b.csv", *((key, "b") for key in range(2, 90))))
    engine.plan(run)
    first, *_, last = engine.steps(run, "extract")
    engine.load(first)
    claim = steps.claim("extract", {"step": last})
    withdraw_input(claim, engine.pipeline.flows[0].table, "it changed", code="input_changed", again=False)
    assert sheet.holds((1, "a"), (2, "a"))
