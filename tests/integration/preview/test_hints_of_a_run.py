"""Hints for the rejects of a run that has ended: its files are read again, if they are there as they were."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from sluice import Column, Decimal, Files, Integer, Pipeline, Table
from sluice.engine.ledger.runs import read_status
from sluice.engine.preview.of_run import hints_of_run
from sluice.errors import InputChanged, NotHere
from tests.kit.in_process import InProcess

TABLE = Table("bills", ("id",), [Column("id", Integer(), required=True), Column("amount", Decimal(14, 2))])
BILLS = Pipeline("bills", Files("*.csv*"), TABLE)
TEXT = "id;amount\n1;1.234,50\n2;7,00\n3;5\n"
LINE = 'Column("amount", Decimal(14, 2, thousands=".", point=","))'


def _loaded(engine: InProcess, *paths: Path) -> int:
    engine.use(BILLS)
    run = engine.register(*paths)
    engine.finish(run)
    return run.id


@pytest.mark.parametrize("packed", [False, True])
def test_a_line_to_copy(engine: InProcess, tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(TEXT.encode()) if packed else TEXT.encode())
    (hint,) = hints_of_run(read_status(_loaded(engine, path)), BILLS)
    assert (hint.line, hint.passes, hint.tried) == (LINE, 2, 2)


def test_nothing_is_said_of_a_file_that_has_changed_or_is_gone(engine: InProcess, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TEXT)
    status = read_status(_loaded(engine, path))
    path.write_text(TEXT.replace("7,00", "8,00"))
    with pytest.raises(InputChanged):
        hints_of_run(status, BILLS)
    path.unlink()
    with pytest.raises(NotHere):
        hints_of_run(status, BILLS)


def test_nothing_is_said_under_another_declaration(engine: InProcess, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TEXT)
    status = read_status(_loaded(engine, path))
    other = replace(TABLE, columns=[TABLE.columns[0], Column("amount", Decimal(10, 2))])
    assert hints_of_run(status, Pipeline("bills", Files("*.csv*"), other)) == []


def test_a_run_without_refused_texts_has_none(engine: InProcess, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;amount\n1;5\n1;6\n")
    assert hints_of_run(read_status(_loaded(engine, path)), BILLS) == []
