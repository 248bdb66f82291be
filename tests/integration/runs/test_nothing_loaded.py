"""Inputs of which nothing could be loaded: a failure with its main reason, counted."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from sluice.engine.ledger.runs import list_rejects
from tests.kit.budget import examples
from tests.kit.in_process import InProcess
from tests.kit.prices import (
    BAD,
    COMMA,
    NO_OTHER,
    POINT,
    bad_file,
    file_of,
    finished,
    prices,
    states_of,
)


def test_a_file_of_which_no_row_can_be_loaded_fails_with_its_main_reason(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    rows = [("", "1"), ("b", COMMA), ("c", COMMA), ("d", "")]
    status = finished(engine, file_of(tmp_path, rows, "four.csv"))
    assert (status["state"], status["error"]) == ("failed", "None of its inputs could be loaded.")
    assert [status["inputs"][0][name] for name in ("state", "error_code", "read", "rejected")] == [
        "failed",
        "nothing_loaded",
        4,
        4,
    ]
    assert status["inputs"][0]["error"] == (
        f"All 4 rows were rejected, most often (2 rows): not_decimal in price, first in line 3: price: '1,50' {BAD}"
    )
    assert [(each["line"], each["code"]) for each in list_rejects(status["run"])] == [
        (2, "missing"),
        (3, "not_decimal"),
        (4, "not_decimal"),
        (5, "missing"),
    ]


def test_rejects_are_counted_by_column_and_code_worst_first_with_their_first_example(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(prices())
    first = file_of(tmp_path, [("a", "1"), ("b", COMMA), ("c", "2")], "1.csv")
    second = file_of(tmp_path, [("", "1"), ("d", COMMA), ("c", "3"), ("e", "1,7")], "2.csv")
    status = finished(engine, first, second)
    one, two = (each["input"] for each in status["inputs"])
    assert status["reasons"] == [
        {
            "column": "price",
            "code": "not_decimal",
            "rows": 3,
            "input": one,
            "file": str(first),
            "line": 3,
            "reason": f"price: '1,50' {BAD}",
            **NO_OTHER,
            "unkept": 0,
        },
        {
            "column": None,
            "code": "key_conflict",
            "rows": 1,
            "input": two,
            "file": str(second),
            "line": 4,
            "reason": f"The same key (ref) has other values in line 4 of {first}, which comes first.",
            "other_input": one,
            "other_line": 4,
            "other_file": str(first),
            "unkept": 0,
        },
        {
            "column": "ref",
            "code": "missing",
            "rows": 1,
            "input": two,
            "file": str(second),
            "line": 2,
            "reason": "ref is empty, and it is required.",
            **NO_OTHER,
            "unkept": 0,
        },
    ]
    assert states_of(status) == [("done", None), ("failed", "nothing_loaded")]
    assert status["state"] == "done"


def test_reasons_are_counted_when_a_run_has_ended(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    run = engine.register(bad_file(tmp_path))
    assert run.status().reasons is None
    assert len(engine.finish(run)["reasons"]) == 1
    assert finished(engine, file_of(tmp_path, [("z", POINT)]))["reasons"] == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", b'{"ref": "a", "price": "x"}\n{"ref": "b", "price": "x"}\n'),
        ("a.csv.gz", gzip.compress(b"ref,price\na,x\nb,x\n", mtime=0)),
        ("a.csv", b"ref;price\na;x\nb;x\n"),
        ("ragged.csv", b"ref,price\na,1,2\nb,1,2\n"),
        ("utf-16.csv", "ref,price\na,x\nb,x\n".encode("utf-16")),
        ("one.csv", b"ref,price\na,x\n"),
    ],
)
def test_of_any_format(engine: InProcess, tmp_path: Path, name: str, content: bytes) -> None:
    engine.use(prices())
    path = tmp_path / name
    path.write_bytes(content)
    status = finished(engine, path)
    assert states_of(status) == [("failed", "nothing_loaded")]
    assert status["read"] == status["rejected"] == sum(each["rows"] for each in status["reasons"])
    assert status["inputs"][0]["error"].startswith(("All 2 rows were rejected: ", "Its only row was rejected: "))


@pytest.mark.parametrize("conflict", ["keep", "update"])
def test_rows_that_are_there_already_are_a_success(engine: InProcess, tmp_path: Path, conflict: str) -> None:
    engine.use(prices(conflict=conflict))
    finished(engine, file_of(tmp_path, [("a", "1"), ("b", "2")]))
    status = finished(engine, file_of(tmp_path, [("b", "2"), ("a", "1"), ("c", COMMA)]))
    assert states_of(status) == [("done", None)]
    assert (status["duplicate"] + status["unchanged"], status["rejected"]) == (2, 1)


def test_a_header_without_rows_is_refused_as_before(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    assert states_of(finished(engine, file_of(tmp_path, []))) == [("failed", "header_only")]


def test_a_header_that_does_not_fit_is_told_even_without_rows(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    other = tmp_path / "other.csv"
    other.write_text("nobody;knows;these\n")
    status = finished(engine, other)
    assert states_of(status) == [("failed", "missing_header")]


@pytest.mark.parametrize(("limit", "code"), [("100%", "nothing_loaded"), ("3", "nothing_loaded"), ("2", "over_limit")])
def test_max_rejects_comes_first(engine: InProcess, tmp_path: Path, limit: str, code: str) -> None:
    engine.use(prices())
    run = engine.register(bad_file(tmp_path), max_rejects=limit)
    engine.plan(run)
    for step in engine.steps(run, "extract"):
        engine.check(step)
    for step in engine.steps(run, "load"):
        engine.load_checked(step)
    engine.settle(run)
    status = run.status().json()
    assert (states_of(status), status["state"]) == ([("failed", code)], "failed")
    assert [(each["code"], each["rows"]) for each in status["reasons"]] == [("not_decimal", 3)]


def test_a_snapshot_of_which_nothing_loads_takes_nothing_away(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices(snapshot=True, conflict="update"))
    finished(engine, file_of(tmp_path, [("a", "1"), ("b", "2")]))
    status = finished(engine, bad_file(tmp_path))
    assert (status["state"], status["gone"]) == ("failed", 0)
    assert engine.sql("select count(*) from prices") == [(2,)]
    half = finished(engine, file_of(tmp_path, [("c", "3")]), file_of(tmp_path, [("d", COMMA)]))
    assert (half["state"], half["gone"], half["loaded"]) == ("done", 0, 1)
    assert engine.sql("select count(*) from prices") == [(3,)]


def test_nothing_is_built_from_nothing(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices(derived=True))
    built = finished(engine, file_of(tmp_path, [("a", "1")]))
    assert len(built["builds"]) == 1
    assert finished(engine, bad_file(tmp_path))["builds"] == []
    both = finished(engine, bad_file(tmp_path), file_of(tmp_path, [("b", "2")]))
    assert (both["state"], len(both["builds"])) == ("done", 1)
    assert engine.sql("select total::text from price_sum") == [("3.00",)]


def test_rows_that_it_replaced_are_gone_from_what_is_built(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices(derived=True))
    path = file_of(tmp_path, [("a", "1.5"), ("b", "2.5")])
    finished(engine, path, file_of(tmp_path, [("z", "9")]))
    engine.use(prices(derived=True, point=","))
    assert states_of(finished(engine, path)) == [("failed", "nothing_loaded")]
    finished(engine, file_of(tmp_path, [("y", "1")]))
    assert engine.sql("select total::text from price_sum") == [("10.00",)]


def test_a_note_that_many_inputs_have_is_told_once(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    paths = [tmp_path / f"{n}.csv" for n in range(4)]
    for number, path in enumerate(paths):
        path.write_text(f"ref,price,{'fax' if number else 'mood'}\nr{number},1,x\n")
    assert finished(engine, *paths)["notes"] == [
        {"note": "Columns that the pipeline does not know were ignored: fax.", "inputs": 3},
        {"note": "Columns that the pipeline does not know were ignored: mood.", "inputs": 1},
    ]


KINDS = {"good": POINT, "comma": COMMA, "empty": "", "word": "x"}
CODES = {"comma": "not_decimal", "empty": "missing", "word": "not_decimal"}


@tried(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(files=st.lists(st.lists(st.sampled_from([*KINDS]), min_size=1, max_size=6), min_size=1, max_size=4))
def test_whatever_the_rows_success_is_a_row_that_came_in(
    engine: InProcess, tmp_path: Path, files: list[list[str]]
) -> None:
    engine.use(prices())
    engine.sql("truncate prices, sluice.run cascade")
    paths = [
        file_of(tmp_path, [(f"{number}-{row}", KINDS[kind]) for row, kind in enumerate(kinds)])
        for number, kinds in enumerate(files)
    ]
    status = finished(engine, *paths)
    wanted = [("done", None) if "good" in kinds else ("failed", "nothing_loaded") for kinds in files]
    assert states_of(status) == wanted
    assert status["state"] == ("done" if ("done", None) in wanted else "failed")
    counted = Counter(CODES[kind] for kinds in files for kind in kinds if kind != "good")
    assert {each["code"]: each["rows"] for each in status["reasons"]} == counted
    assert [each["rows"] for each in status["reasons"]] == sorted(counted.values(), reverse=True)
    assert json.dumps(status, default=str)
