"""Derived tables that are not about a date, which know how new rows change them: by `incremental_sql`, or by
`partition_by` and `changed_keys`. They are a feature of the engine, and customer_ltv is but one that uses it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sluice.engine.declare import Column, Derived, Files, Flow, Pipeline, Table
from sluice.engine.derive.explain import explain, listed
from sluice.engine.types import Integer, Text
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess
from tests.kit.ltv_shop import facts, modes

LETTERS = Flow(
    Files("letters*.csv", name="letters"),
    Table(
        "letters",
        key=("id",),
        columns=[Column("id", Integer(), required=True), Column("sender", Text()), Column("pages", Integer())],
    ),
)
SENDERS = Derived(
    "senders",
    key=("sender",),
    columns={"sender": "text", "sent": "bigint", "pages": "bigint"},
    sql="select sender, count(*) as sent, sum(pages) as pages from {letters} l"
    " where pages >= %(least)s group by sender",
    params={"least": 1},
    value="pages",
    explains={"letters": "select id, pages, _input_id, _line from {letters} l where sender = %(key)s order by id"},
)
MOVED = replace(
    SENDERS,
    incremental_sql="""
        select n.sender, n.sent + coalesce(s.sent, 0) as sent, n.pages + coalesce(s.pages, 0) as pages
        from (select sender, count(*) as sent, sum(pages) as pages from {letters} l
              where _input_id = any(%(inputs)s) and pages >= %(least)s group by sender) n
        left join {self} s on s.sender = n.sender""",
)
CHANGED = replace(
    SENDERS,
    sql=SENDERS.sql.replace("group by", "and {changed(sender)} group by"),
    partition_by="sender",
    changed_keys="select sender from {letters} l where _input_id = any(%(inputs)s)",
)
LONG = Derived(
    "long_letters",
    key=("id",),
    columns={"id": "bigint", "kind": "text", "_input_id": "bigint", "_line": "bigint"},
    sql="select id, case when pages > 9 then 'book' else 'letter' end as kind, _input_id, _line from {letters} l "
    "where pages > 4",
    counted_by="kind",
)
WAYS = {"incremental_sql": MOVED, "changed_keys": CHANGED, "anew": SENDERS}
FIRST = ["1,ann,2", "2,ann,3", "3,bob,12", "4,eve,0"]


class Post:
    def __init__(self, engine: InProcess, folder: Path, derived: Derived) -> None:
        self.engine, self.folder = engine, folder
        engine.use(Pipeline("post", flows=[LETTERS], derived=[derived, LONG]))

    def run(self, name: str = "", *lines: str, **options: Any) -> dict[str, Any]:
        path = self.folder / name
        if lines:
            path.write_text("\n".join(["id,sender,pages", *lines, ""]))
        status = self.engine.finish(self.engine.register(*([path] if name else []), **options))
        assert status["state"] == "done", status
        return status

    def senders(self) -> list[tuple[object, ...]]:
        return self.engine.sql("select sender, sent, pages from senders order by 1")


@pytest.mark.parametrize("way", WAYS)
def test_a_table_without_a_date_is_built_and_brought_up_to_date(engine: InProcess, tmp_path: Path, way: str) -> None:
    post = Post(engine, tmp_path, WAYS[way])
    status = post.run("letters.csv", *FIRST)
    names = ("mode", "as_of", "rows", "added", "sum_before", "sum_after")
    assert facts(status, *names, of="senders") == ("full", None, 2, 2, None, 17)
    assert post.senders() == [("ann", 2, 5), ("bob", 1, 12)]

    status = post.run("letters_2.csv", "5,ann,4", "6,cid,1", "7,eve,0")

    assert modes(status) == ["full" if way == "anew" else "incremental", "full"]
    assert post.senders() == [("ann", 3, 9), ("bob", 1, 12), ("cid", 1, 1)]
    names = ("rows", "added", "changed", "removed", "sum_before", "sum_after", "moves")
    assert facts(status, *names, of="senders") == (
        3,
        1,
        1,
        0,
        17,
        22,
        [{"sender": "ann", "before": 5, "after": 9}, {"sender": "cid", "before": None, "after": 1}],
    )
    # only what is new is looked at: both of those, or the three senders of new rows (eve has none that counts)
    assert facts(status, "recomputed", of="senders") == ({"incremental_sql": 2, "changed_keys": 3, "anew": 3}[way],)
    assert modes(post.run()) == ["unchanged", "unchanged"]


@pytest.mark.parametrize("way", WAYS)
def test_it_has_built_at_and_no_view_of_the_newest(engine: InProcess, tmp_path: Path, way: str) -> None:
    post = Post(engine, tmp_path, WAYS[way])
    post.run("letters.csv", *FIRST)
    assert engine.sql("select count(built_at) from senders") == [(2,)]
    assert engine.sql("select to_regclass('senders_latest')") == [(None,)]


@pytest.mark.parametrize("way", WAYS)
def test_a_sender_without_letters_that_count_any_more_is_gone(engine: InProcess, tmp_path: Path, way: str) -> None:
    post = Post(engine, tmp_path, WAYS[way])
    post.run("letters.csv", *FIRST)
    (named,) = (each for each in engine.pipeline.derived if each.name == "senders")
    engine.use(replace(engine.pipeline, derived=[replace(named, params={"least": 3}), LONG]))
    status = post.run()
    assert facts(status, "mode", "changed", "removed", of="senders") == ("full", 1, 0)
    assert post.senders() == [("ann", 1, 3), ("bob", 1, 12)]
    engine.use(replace(engine.pipeline, derived=[replace(named, params={"least": 4}), LONG]))
    status = post.run()
    assert facts(status, "mode", "removed", "moves", of="senders") == (
        "full",
        1,
        [{"sender": "ann", "before": 3, "after": None}],
    )
    assert post.senders() == [("bob", 1, 12)]


def test_rows_are_counted_by_what_is_declared_and_listed(engine: InProcess, tmp_path: Path) -> None:
    post = Post(engine, tmp_path, MOVED)
    status = post.run("letters.csv", *FIRST, "5,fay,5")
    assert facts(status, "counts", "rows", "sum_after", "value", of="long_letters") == (
        {"book": 1, "letter": 1},
        2,
        None,
        None,
    )
    assert facts(status, "counts", of="senders") == ({},)
    found = listed(engine.pipeline, None, None, 20)
    assert (found["as_of"], found["counts"]) == (None, {"book": 1, "letter": 1})
    path = str(tmp_path / "letters.csv")
    assert found["rows"] == [
        {"id": 3, "kind": "book", "file": path, "line": 4},
        {"id": 5, "kind": "letter", "file": path, "line": 6},
    ]
    assert [row["id"] for row in listed(engine.pipeline, None, "letter", 20)["rows"]] == [5]
    with pytest.raises(ConfigError, match=r"^Unknown kind 'poem'; expected one of book, letter\.$"):
        listed(engine.pipeline, None, "poem", 20)


def test_a_row_of_a_key_that_is_text_is_explained(engine: InProcess, tmp_path: Path) -> None:
    post = Post(engine, tmp_path, MOVED)
    post.run("letters.csv", *FIRST)
    found = explain(engine.pipeline, "ann")
    assert (found["as_of"], found["row"]["sent"]) == (None, 2)
    path = str(tmp_path / "letters.csv")
    assert found["behind"]["letters"] == [
        {"id": 1, "pages": 2, "file": path, "line": 2},
        {"id": 2, "pages": 3, "file": path, "line": 3},
    ]
    with pytest.raises(ConfigError, match=r"^senders has no rows by date: leave out --as-of\.$"):
        explain(engine.pipeline, "ann", date(2023, 12, 31))


def test_files_in_many_runs_and_in_one_give_the_same_table(engine: InProcess, tmp_path: Path) -> None:
    # a: 3, 6 ... 60 without 21 and 42; in 21 numbers each n % 7 is there once: 2 x 21, and 3 + 6 + 2 + 5 + 1 + 4 behind
    # b: without 7, 28, 49; 42 + 1 + 4 + 0 + 3 + 6 + 2; c: without 14, 35, 56; 42 + 2 + 5 + 1 + 4 + 0 + 3
    lines = [f"{n},{'abc'[n % 3]},{n % 7}" for n in range(1, 61)]
    tables = []
    for way, derived in WAYS.items():
        for size in (60, 20, 7):
            engine.sql("drop table if exists letters, senders, long_letters")
            engine.sql("drop schema if exists sluice cascade")
            post = Post(engine, tmp_path, derived)
            for first in range(0, 60, size):
                post.run(f"letters_{way}_{size}_{first}.csv", *lines[first : first + size])
            tables.append(post.senders())
    assert tables == [[("a", 18, 63), ("b", 17, 58), ("c", 17, 57)]] * 9
