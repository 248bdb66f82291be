"""Two open runs with one content, registered under two declarations: the later one is what is loaded at last."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.steps.dispatch import recover
from tests.kit.in_process import InProcess

TABLE = Table("both", key=("id",), columns=[Column("id", Integer(), required=True), Column("name", Text())])
OLD = Pipeline("both", Files("*"), TABLE)
NEW = Pipeline("both", Files("*", skip=2), TABLE)
CONTENT = "id,name\n601,junk above\nid,name\n602,bolt\n"
STATES = "select state from sluice.input order by id"


def load(engine: InProcess, run: object) -> None:
    for step in engine.steps(run, "extract"):  # type: ignore[arg-type]
        engine.load(step)


def test_a_later_run_under_another_declaration_loads_the_content_in_place_of_the_earlier(
    engine: InProcess, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CONTENT)
    engine.use(OLD)
    first = engine.register(path)
    engine.plan(first)
    engine.use(NEW)
    second = engine.register(path)
    engine.plan(second)
    assert engine.sql(STATES) == [("loading",), ("attached",)]
    engine.use(OLD)
    load(engine, first)
    recover()
    assert engine.sql(STATES) == [("loaded",), ("attached",)]
    engine.settle(first)
    assert first.status().rejected == 1
    recover()
    assert engine.sql(STATES) == [("done",), ("registered",)]
    engine.use(NEW)
    assert engine.finish(second)["loaded"] == 1
    assert engine.sql('select name, _input_id from "both" where id = 602') == [("bolt", 2)]


def test_an_earlier_run_does_not_wait_for_the_end_of_a_later_one(engine: InProcess, tmp_path: Path) -> None:
    path, other = tmp_path / "a.csv", tmp_path / "b.csv"
    path.write_text(CONTENT)
    other.write_text(CONTENT.replace("60", "70"))
    engine.use(OLD)
    first = engine.register(path, other)
    engine.use(NEW)
    second = engine.register(other)
    engine.sql("update sluice.step set due_at = clock_timestamp() - interval '1 hour' where kind = 'plan'")
    engine.use(OLD)
    engine.plan_step(engine.steps(first, "plan")[0])
    (held_back,) = engine.steps(first, "plan")
    engine.sql("update sluice.input set uri = uri || '?' where run_id = %s and position = 2", first.id)
    engine.use(NEW)
    engine.plan(second)
    engine.sql("update sluice.input set uri = rtrim(uri, '?')")
    engine.use(OLD)
    engine.plan_step(held_back)
    assert engine.sql(STATES) == [("loading",), ("attached",), ("loading",)]
    load(engine, first)
    engine.use(NEW)
    load(engine, second)
    recover()
    assert engine.sql(STATES) == [("loaded",), ("already_loaded",), ("loaded",)]


def test_a_row_refused_now_that_had_replaced_another_files_is_named_in_the_note(
    engine: InProcess, tmp_path: Path
) -> None:
    def declared(name: Text) -> Pipeline:
        columns = [Column("id", Integer(), required=True), Column("name", name)]
        return Pipeline("both", Files("*"), Table("both", key=("id",), columns=columns, on_conflict="update"))

    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("id,name\n1,bolt\n2,nut\n")
    second.write_text("id,name\n1,a longer bolt\n2,pin\n")
    engine.use(declared(Text()))
    engine.finish(engine.register(first))
    engine.finish(engine.register(second))
    engine.use(declared(Text(max_length=5)))
    status = engine.finish(engine.register(second))
    assert engine.sql('select id, name from "both"') == [(2, "pin")]
    assert status["rejected"] == 1
    assert status["inputs"][0]["note"] == (
        "Its earlier reading had replaced 2 rows of other inputs. Those of them that are refused now are gone from the "
        "table: load the other inputs again with --reload to have their rows back."
    )


@pytest.mark.parametrize("conflict", ["keep", "update"])
def test_a_declaration_that_was_corrected_back_reads_the_content_again(
    engine: InProcess, tmp_path: Path, conflict: str
) -> None:
    """Header, a mistake in it, and the header again: the result is that of the last declaration."""

    def declared(header: str) -> Pipeline:
        columns = [Column("id", Integer(), required=True), Column("name", Text(), header=header)]
        return Pipeline("both", Files("*"), Table("both", key=("id",), columns=columns, on_conflict=conflict))

    path = tmp_path / "a.csv"
    path.write_text("id,label\n1,bolt\n2,nut\n")
    names = []
    for header in ("label", "labels", "label", "labels", "label", "label"):
        engine.use(declared(header))
        status = engine.finish(engine.register(path))
        names.append(
            (status["state"], status["read"], [name for (name,) in engine.sql('select name from "both" order by id')])
        )
    assert names == [
        ("done", 2, ["bolt", "nut"]),
        ("done", 2, [None, None]),
        ("done", 2, ["bolt", "nut"]),
        ("done", 2, [None, None]),
        ("done", 2, ["bolt", "nut"]),
        ("done", 0, ["bolt", "nut"]),
    ]
