"""Columns of derived and preprocessed tables may be called whatever is accepted: builds, exports, explanations."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import sluice
from sluice import Column, Derived, Files, Integer, Pipeline, Table, Text
from sluice.engine.declare import Preprocessed
from sluice.engine.declare.names import IDENTIFIER, SYSTEM_COLUMNS
from sluice.engine.derive.explain import explain, listed
from sluice.engine.export import ExportRequest, Form, export_tables
from sluice.errors import ConfigError, PermanentError
from tests.kit.in_process import InProcess

SQL = Path(sluice.__file__).parent / "engine"
AS_OF = {"as_of": "2024-01-01"}


def _words() -> list[str]:
    files = [path for room in ("derive", "preprocess", "export") for path in (SQL / room).glob("**/*.sql")]
    found = {word for path in files for word in re.findall(r"[a-z_]\w*", path.read_text(encoding="utf-8").lower())}
    found |= set("abcdefghijklmnopqrstuvwxyz_") | {"x" * 59, "select", "user", "file", "line", "index", "key", "values"}
    taken = {*SYSTEM_COLUMNS, "_input_id", "_line", "built_at", "as_of", "id", "kind", "amount"}
    return sorted(name for name in found if IDENTIFIER.fullmatch(name) and name not in taken)


WORDS = _words()


def pipeline_of(names: list[str], *, key: str = "id", dated: bool = True) -> Pipeline:
    """Every column of the loaded table, doubled in value, and again after steps that change none."""
    columns = [Column(key, Integer(), required=True), *(Column(name, Text()) for name in names)]
    listed_names = ", ".join(f'f."{name}"' for name in names)
    date_of = "%(as_of)s::date as as_of, " if dated else ""
    derived = Derived(
        "d",
        key=("as_of", key) if dated else (key,),
        columns=({"as_of": "date"} if dated else {})
        | {key: "bigint", **dict.fromkeys(names, "text"), "amount": "bigint"},
        sql=f'select {date_of}f."{key}", {listed_names}, f."{key}" * 2 as amount from {{files}} f'
        f" where {{changed(f.{key})}}",
        partition_by=key,
        changed_keys=f'select "{key}" from {{files}} f where _input_id = any(%(inputs)s)',
        value="amount",
        counted_by=names[0],
        indexes=[(names[-1],)],
        explains={"rows": f'select f."{key}", _input_id, _line from {{files}} f where f."{key}" = %(key)s'},
    )
    after = Preprocessed("p", of="d", steps=[])
    table = Table("loaded", key=(key,), columns=columns)
    return Pipeline("named", Files("*.csv", name="files"), table, derived=[derived, after])


def load(engine: InProcess, folder: Path, names: list[str], first: int, last: int, key: str = "id") -> list[str]:
    path = folder / f"{first}.csv"
    lines = [",".join([key, *names])]
    lines += [",".join([str(n), *(f"{n}_{at}" for at in range(len(names)))]) for n in range(first, last + 1)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = engine.finish(engine.register(path, **AS_OF))
    assert found["state"] == "done", found
    return [each["mode"] for each in found["builds"]]


def exported(folder: Path, table: str, columns: list[str], key: str) -> list[list[str]]:
    to = folder / f"{table}.out"
    export_tables([ExportRequest(table, (key,), str(to), tuple(columns))], Form("csv", ordered=True))
    return [line.split(",") for line in to.read_text().splitlines()]


def _row(n: int, names: list[str]) -> list[str]:
    return [str(n), *(f"{n}_{at}" for at in range(len(names))), str(2 * n)]


@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
def test_every_word_of_our_sql_is_a_column(engine: InProcess, tmp_path: Path, dated: bool) -> None:
    engine.use(pipeline_of(WORDS, dated=dated))
    assert load(engine, tmp_path, WORDS, 1, 3) == ["full", "full"]
    assert load(engine, tmp_path, WORDS, 4, 4) == ["incremental", "incremental"]
    for table in ("d", "p"):
        wanted = [["id", *WORDS, "amount"], *(_row(n, WORDS) for n in range(1, 5))]
        assert exported(tmp_path, table, ["id", *WORDS, "amount"], "id") == wanted
    found = explain(engine.pipeline, "3", date(2024, 1, 1) if dated else None)
    assert [found["row"][name] for name in WORDS] == _row(3, WORDS)[1:-1]
    assert [(each["id"], each["line"]) for each in found["behind"]["rows"]] == [(3, 4)]
    assert len(listed(engine.pipeline, None, None, 10)["rows"]) == 4


@pytest.mark.parametrize(
    "key", ["place", "removed", "differs", "partition_by", "t", "n", "o", "d", "r", "select", "x" * 59]
)
@pytest.mark.variants
def test_a_key_may_be_called_as_our_own_columns(engine: InProcess, tmp_path: Path, key: str) -> None:
    names = ["first", "second"]
    engine.use(pipeline_of(names, key=key))
    load(engine, tmp_path, names, 1, 3, key)
    load(engine, tmp_path, names, 4, 4, key)
    assert exported(tmp_path, "p", [key, "amount"], key) == [
        [key, "amount"],
        *([str(n), str(2 * n)] for n in range(1, 5)),
    ]
    assert explain(engine.pipeline, "3")["row"][key] == 3


def test_a_key_of_texts_without_a_value_can_be_built_again(engine: InProcess, tmp_path: Path) -> None:
    derived = Derived(
        "d",
        key=("name",),
        columns={"name": "text", "n": "bigint"},
        sql="select name, count(*) as n from {files} f group by name",
    )
    table = Table("loaded", key=("id",), columns=[Column("id", Integer(), required=True), Column("name", Text())])
    engine.use(Pipeline("named", Files("*.csv", name="files"), table, derived=[derived]))
    for n in range(3):
        path = tmp_path / f"{n}.csv"
        path.write_text(f"id,name\n{n},a\n{n + 10},b{n}\n")
        assert engine.finish(engine.register(path))["state"] == "done"
    assert engine.sql("select name, n from d order by 1") == [("a", 3), ("b0", 1), ("b1", 1), ("b2", 1)]


@pytest.mark.parametrize(
    ("select", "sentence"),
    [
        ("select f.id, f.id, _input_id, _line from {files} f", "explains 'rows': there are two columns 'id'"),
        ("select f.*, f.a as file from {files} f", "explains 'rows': there are two columns 'file'"),
        ("select 1 as line, _input_id, _line from {files} f", "explains 'rows': there are two columns 'line'"),
        ("select f.id, _input_id from {files} f", "explains 'rows': _input_id and _line go together"),
    ],
)
def test_columns_of_an_explanation_that_would_be_one_are_refused(
    engine: InProcess, tmp_path: Path, select: str, sentence: str
) -> None:
    pipeline = pipeline_of(["a", "b"], dated=False)
    derived = replace(pipeline.derived[0], explains={"rows": select})  # type: ignore[type-var]
    engine.use(replace(pipeline, derived=[derived, *pipeline.derived[1:]]))
    load(engine, tmp_path, ["a", "b"], 1, 1)
    with pytest.raises(ConfigError, match=sentence):
        explain(engine.pipeline, "1")


def test_sql_that_postgresql_does_not_understand_names_its_table(engine: InProcess, tmp_path: Path) -> None:
    table = Table("files", key=("id",), columns=[Column("id", Integer(), required=True)])
    broken = Derived(
        "counts", key=("id",), columns={"id": "bigint", "n": "bigint"}, sql="select id, idd as n from {files}"
    )
    engine.use(Pipeline("files", Files("*", name="files"), table, derived=[broken]))
    path = tmp_path / "a.csv"
    path.write_text("id\n1\n")
    with pytest.raises(PermanentError) as raised:
        engine.finish(engine.register(path))
    assert str(raised.value).startswith(
        'Derived table counts: PostgreSQL refuses its SQL (42703): column "idd" does not exist.'
    )
    assert "Its SELECT must give all columns of the declaration." in str(raised.value)
