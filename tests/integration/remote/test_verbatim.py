"""Text(verbatim=True) from every kind of source into the table: each character as it came, in keys too."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sluice import Column, Files, Flow, Pipeline, PostgresQuery, Table, Text
from tests.kit.in_process import InProcess
from tests.kit.source_shop import SETTING, Shop

VALUES = [
    " a  b ", "a b", "\ta\t", "a\r\nb", "a\nb", "a\rb", "e\u0301", "\u00e9", "\u00a0", "  ", "\ufeffx", "\ufb01",
    'say "hi"', '"', "N\\A", "\u200bz", "1,5", "\\N", "\u2028", "\x0b\x1f",
]  # fmt: skip


def _table(name: str) -> Table:
    word = Text(verbatim=True)
    return Table(name, key=("key",), columns=[Column("key", word, required=True), Column("value", word)])


def _pipeline() -> Pipeline:
    query = PostgresQuery("select key, value from words", name="words", database=SETTING)
    names = ("as_csv", "as_json", "as_parquet")
    files = [Flow(Files(f"{name}*", name=name, delimiter=",", encoding="utf-8"), _table(name)) for name in names]
    return Pipeline("verbatim", flows=[*files, Flow(query, _table("as_query"))])


def test_every_character_stays_from_every_source(engine: InProcess, shop: Shop, tmp_path: Path) -> None:
    rows = [(value, value) for value in VALUES]
    with (tmp_path / "as_csv.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("key", "value"), *rows])
    rows.append(("key", "value"))  # no header where rows are no lines of text
    objects = [dict(zip(("key", "value"), row, strict=True)) for row in rows]
    (tmp_path / "as_json.jsonl").write_text("".join(json.dumps(each) + "\n" for each in objects))
    pq.write_table(pa.Table.from_pylist(objects), tmp_path / "as_parquet.parquet")
    shop.sql("create table words (key text, value text)")
    for row in rows:
        shop.sql("insert into words values (%s, %s)", *row)
    engine.use(_pipeline())

    status = engine.finish(engine.register(*sorted(tmp_path.glob("as_*"))))

    assert (status["state"], status["loaded"], status["rejected"]) == ("done", 4 * len(rows) - 1, 0), status
    assert sorted(engine.sql("select key, value from as_csv")) == sorted(rows[:-1])
    for name in ("as_json", "as_parquet", "as_query"):
        assert sorted(engine.sql(f"select key, value from {name}")) == sorted(rows), name
