"""Inputs of which nothing could be loaded: a failure with its main reason, counted, tried again when that is of use."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from sluice import Column, Decimal, Derived, Files, Pipeline, Table, Text
from sluice.engine.base.settings import settings
from sluice.engine.ledger.refused import SourceVersion
from sluice.engine.ledger.runs import Run, list_rejects, retry
from sluice.engine.steps.dispatch import recover
from tests.kit.budget import examples
from tests.kit.in_process import InProcess

COMMA, POINT = "1,50", "1.50"
BAD = "is not a decimal number."
NO_OTHER = {"other_input": None, "other_line": None, "other_file": None}
ALL_BAD = f"All 3 rows were rejected: not_decimal in price, first in line 2: price: '1,50' {BAD}"


def prices(*, point: str = ".", derived: bool = False, snapshot: bool = False, conflict: str = "keep") -> Pipeline:
    """Prices by name; with a decimal comma they are another declaration."""
    columns = [
        Column("ref", Text(), required=True),
        Column("price", Decimal(12, 2, point=point) if point != "." else Decimal(12, 2), required=True),
    ]
    total = Derived(
        "price_sum",
        key=("one",),
        columns={"one": "integer", "total": "numeric(14,2)"},
        sql="select 1 as one, sum(price) as total from {files} f",
    )
    return Pipeline(
        "prices",
        Files("*", snapshot=snapshot),
        Table("prices", key=("ref",), columns=columns, on_conflict=conflict),  # type: ignore[arg-type]
        derived=[total] if derived else [],
    )


_numbers = count()


def _file(folder: Path, rows: Iterable[tuple[str, str]], name: str = "") -> Path:
    path = folder / (name or f"prices_{next(_numbers)}.csv")
    path.write_text("ref,price\n" + "".join(f'{ref},"{price}"\n' for ref, price in rows))
    return path


def _bad(folder: Path, name: str = "bad.csv") -> Path:
    return _file(folder, [("a", COMMA), ("b", COMMA), ("c", COMMA)], name)


def _states(status: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(each["state"], each["error_code"]) for each in status["inputs"]]


def _run(engine: InProcess, *paths: Path, **options: Any) -> dict[str, Any]:
    return engine.finish(engine.register(*paths, **options))


def _again(engine: InProcess, run: int) -> dict[str, Any]:
    """`sluice retry`, under the declaration of now."""
    now = {source: SourceVersion(contract.version, None) for source, contract in engine.contracts.items()}
    assert retry(run, declared_now=lambda _: now) == 1
    engine.sql("update sluice.step set due_at = clock_timestamp() - interval '1 s' where state = 'due'")
    return engine.finish(Run(run))


def test_a_file_of_which_no_row_can_be_loaded_fails_with_its_main_reason(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    rows = [("", "1"), ("b", COMMA), ("c", COMMA), ("d", "")]
    status = _run(engine, _file(tmp_path, rows, "four.csv"))
    assert (status["state"], status["error"]) == ("failed", "None of its inputs could be loaded.")
    assert [status["inputs"][0][name] for name in ("state", "error_code", "read", "rejected")] == [
        "failed",
        "nothing_loaded",
        4,
        4,
    ]
    assert status["inputs"][0]["error"] == (
        f"All 4 rows were rejected, 2 of them: not_decimal in price, first in line 3: price: '1,50' {BAD}"
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
    first = _file(tmp_path, [("a", "1"), ("b", COMMA), ("c", "2")], "1.csv")
    second = _file(tmp_path, [("", "1"), ("d", COMMA), ("c", "3"), ("e", "1,7")], "2.csv")
    status = _run(engine, first, second)
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
        },
    ]
    assert _states(status) == [("done", None), ("failed", "nothing_loaded")]
    assert status["state"] == "done"


def test_reasons_are_counted_when_a_run_has_ended(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    run = engine.register(_bad(tmp_path))
    assert run.status()["reasons"] is None
    assert len(engine.finish(run)["reasons"]) == 1
    assert _run(engine, _file(tmp_path, [("z", POINT)]))["reasons"] == []


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
    status = _run(engine, path)
    assert _states(status) == [("failed", "nothing_loaded")]
    assert status["read"] == status["rejected"] == sum(each["rows"] for each in status["reasons"])
    assert status["inputs"][0]["error"].startswith(("All 2 rows were rejected: ", "Its only row was rejected: "))


@pytest.mark.parametrize("conflict", ["keep", "update"])
def test_rows_that_are_there_already_are_a_success(engine: InProcess, tmp_path: Path, conflict: str) -> None:
    engine.use(prices(conflict=conflict))
    _run(engine, _file(tmp_path, [("a", "1"), ("b", "2")]))
    status = _run(engine, _file(tmp_path, [("b", "2"), ("a", "1"), ("c", COMMA)]))
    assert _states(status) == [("done", None)]
    assert (status["duplicate"] + status["unchanged"], status["rejected"]) == (2, 1)


def test_a_header_without_rows_is_refused_as_before(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    assert _states(_run(engine, _file(tmp_path, []))) == [("failed", "header_only")]


def test_a_header_that_does_not_fit_is_told_even_without_rows(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    other = tmp_path / "other.csv"
    other.write_text("nobody;knows;these\n")
    status = _run(engine, other)
    assert _states(status) == [("failed", "missing_header")]


def test_the_last_of_several_parts_decides(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_PART_BYTES", "1024")
    settings.cache_clear()
    engine.use(prices())
    bad = _file(tmp_path, [(f"r{n}", COMMA) for n in range(200)], "bad.csv")
    one = _file(tmp_path, [*((f"s{n}", COMMA) for n in range(200)), ("good", POINT)], "one.csv")
    run = engine.register(bad, one)
    engine.plan(run)
    assert len(engine.steps(run, "extract")) > 4
    assert _states(engine.finish(run)) == [("failed", "nothing_loaded"), ("done", None)]


def test_the_same_content_again_says_that_and_why_it_failed_before(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    path = _bad(tmp_path)
    first = _run(engine, path)
    for _ in range(2):
        again = _run(engine, path)
        assert _states(again) == [("failed", "nothing_loaded")]
        assert (again["state"], again["read"]) == ("failed", 0)
        assert again["inputs"][0]["same_as_run"] == first["run"]
        assert again["inputs"][0]["error"] == (
            "Nothing of the same content could be loaded before, under the same declaration "
            f"(input {first['inputs'][0]['input']} of run {first['run']}). {ALL_BAD} "
            f"Correct the declaration or the file; `sluice retry {first['run']}` tries it again."
        )


def test_it_is_tried_again_under_another_declaration(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    path = _bad(tmp_path)
    _run(engine, path)
    _run(engine, path)
    engine.use(prices(point=","))
    status = _run(engine, path)
    assert (status["state"], status["loaded"]) == ("done", 3)
    assert _states(_run(engine, path)) == [("already_loaded", None)]
    assert engine.sql("select ref, price::text from prices order by 1") == [("a", "1.50"), ("b", "1.50"), ("c", "1.50")]


def test_it_is_tried_again_with_reload(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    path = _bad(tmp_path)
    _run(engine, path)
    again = _run(engine, path, reload=True)
    assert (_states(again), again["rejected"]) == ([("failed", "nothing_loaded")], 3)
    assert again["inputs"][0]["error"] == ALL_BAD


def test_it_is_tried_again_where_its_keys_were_taken(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    _run(engine, _file(tmp_path, [("a", "1")], "good.csv"))
    path = _file(tmp_path, [("a", "2")], "other.csv")
    refused = _run(engine, path)
    assert _states(refused) == [("failed", "nothing_loaded")]
    assert refused["inputs"][0]["error"].startswith("Its only row was rejected: key_conflict, first in line 2: ")
    engine.sql("truncate prices")
    assert _states(_run(engine, path)) == [("done", None)]


def test_it_is_tried_again_by_another_version_of_the_code(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    path = _bad(tmp_path)
    _run(engine, path)
    engine.sql("update sluice.step set code_version = '0.0.9'")
    assert _run(engine, path)["rejected"] == 3


def test_what_an_older_version_took_for_a_success_is_tried_again(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    path = _bad(tmp_path)
    _run(engine, path)
    engine.sql("update sluice.input set state = 'done', error_code = null, error = null")
    assert _states(_run(engine, path)) == [("failed", "nothing_loaded")]


def test_retry_reads_it_again_under_the_declaration_of_now(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    path = _bad(tmp_path)
    run = _run(engine, path, _file(tmp_path, [("z", "9")]))["run"]
    before = _run(engine, path)["run"]
    assert _again(engine, run)["rejected"] == 3  # nothing was corrected
    engine.use(prices(point=","))
    status = _again(engine, run)
    assert (status["state"], status["error"], status["reasons"]) == ("done", None, [])
    assert (status["read"], status["loaded"], status["rejected"]) == (4, 4, 0)
    assert list_rejects(run) == []
    # and the run that was refused because of the first one has nothing left to do
    assert _states(_again(engine, before)) == [("already_loaded", None)]


def test_retry_of_the_run_that_was_refused_really_tries(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    path = _bad(tmp_path)
    _run(engine, path)
    refused = _run(engine, path)["run"]
    status = _again(engine, refused)
    assert (_states(status), status["rejected"]) == ([("failed", "nothing_loaded")], 3)
    assert status["inputs"][0]["error"] == ALL_BAD


def test_retry_of_a_run_without_such_an_input_does_nothing(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    done = _run(engine, _file(tmp_path, [("a", "1")]))["run"]
    assert retry(done) == 0
    assert _states(Run(done).status()) == [("done", None)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_copy_of_it_in_the_same_run_fails_with_it(engine: InProcess, tmp_path: Path, order: tuple[int, int]) -> None:
    engine.use(prices())
    run = engine.register(_bad(tmp_path, "a.csv"), _bad(tmp_path, "b.csv"))
    plans = engine.steps(run, "plan")
    for number in order:
        engine.plan_step(plans[number])
    status = engine.finish(run)
    assert _states(status) == [("failed", "nothing_loaded")] * 2
    assert status["state"] == "failed"
    copy = status["inputs"][order[1]]
    assert copy["error"].startswith("It has the same content as input ")
    assert copy["error"].endswith(ALL_BAD)


def test_who_waits_for_another_runs_copy_of_it_is_refused_too(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    path = _bad(tmp_path)
    first, second = engine.register(path), engine.register(path)
    engine.plan(first)
    engine.plan(second)
    assert _states(second.status()) == [("attached", None)]
    engine.finish(first)
    recover()
    status = engine.finish(second)
    assert (_states(status), status["state"]) == ([("failed", "nothing_loaded")], "failed")


def test_where_all_its_keys_are_lost_to_an_open_run_settling_decides(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    first = engine.register(_file(tmp_path, [("a", "1"), ("b", "1")]))
    second = engine.register(_file(tmp_path, [("b", "2"), ("a", "2")]))
    for run in (first, second):
        engine.plan(run)
    for run in (second, first):
        for step in engine.steps(run, "extract"):
            engine.load(step)
    engine.settle(first)
    engine.settle(second)
    assert _states(first.status()) == [("done", None)]
    status = second.status()
    assert (_states(status), status["state"]) == ([("failed", "nothing_loaded")], "failed")
    assert status["inputs"][0]["error"].startswith("All 2 rows were rejected: key_conflict, first in line 2: ")


@pytest.mark.parametrize(("limit", "code"), [("100%", "nothing_loaded"), ("3", "nothing_loaded"), ("2", "over_limit")])
def test_max_rejects_comes_first(engine: InProcess, tmp_path: Path, limit: str, code: str) -> None:
    engine.use(prices())
    run = engine.register(_bad(tmp_path), max_rejects=limit)
    engine.plan(run)
    for step in engine.steps(run, "extract"):
        engine.check(step)
    for step in engine.steps(run, "load"):
        engine.load_checked(step)
    engine.settle(run)
    status = run.status()
    assert (_states(status), status["state"]) == ([("failed", code)], "failed")
    assert [(each["code"], each["rows"]) for each in status["reasons"]] == [("not_decimal", 3)]


def test_a_snapshot_of_which_nothing_loads_takes_nothing_away(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices(snapshot=True, conflict="update"))
    _run(engine, _file(tmp_path, [("a", "1"), ("b", "2")]))
    status = _run(engine, _bad(tmp_path))
    assert (status["state"], status["gone"]) == ("failed", 0)
    assert engine.sql("select count(*) from prices") == [(2,)]
    half = _run(engine, _file(tmp_path, [("c", "3")]), _file(tmp_path, [("d", COMMA)]))
    assert (half["state"], half["gone"], half["loaded"]) == ("done", 0, 1)
    assert engine.sql("select count(*) from prices") == [(3,)]


def test_nothing_is_built_from_nothing(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices(derived=True))
    built = _run(engine, _file(tmp_path, [("a", "1")]))
    assert len(built["builds"]) == 1
    assert _run(engine, _bad(tmp_path))["builds"] == []
    both = _run(engine, _bad(tmp_path), _file(tmp_path, [("b", "2")]))
    assert (both["state"], len(both["builds"])) == ("done", 1)
    assert engine.sql("select total::text from price_sum") == [("3.00",)]


def test_rows_that_it_replaced_are_gone_from_what_is_built(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices(derived=True))
    path = _file(tmp_path, [("a", "1.5"), ("b", "2.5")])
    _run(engine, path, _file(tmp_path, [("z", "9")]))
    engine.use(prices(derived=True, point=","))
    assert _states(_run(engine, path)) == [("failed", "nothing_loaded")]
    _run(engine, _file(tmp_path, [("y", "1")]))
    assert engine.sql("select total::text from price_sum") == [("10.00",)]


def test_a_note_that_many_inputs_have_is_told_once(engine: InProcess, tmp_path: Path) -> None:
    engine.use(prices())
    paths = [tmp_path / f"{n}.csv" for n in range(4)]
    for number, path in enumerate(paths):
        path.write_text(f"ref,price,{'fax' if number else 'mood'}\nr{number},1,x\n")
    assert _run(engine, *paths)["notes"] == [
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
        _file(tmp_path, [(f"{number}-{row}", KINDS[kind]) for row, kind in enumerate(kinds)])
        for number, kinds in enumerate(files)
    ]
    status = _run(engine, *paths)
    wanted = [("done", None) if "good" in kinds else ("failed", "nothing_loaded") for kinds in files]
    assert _states(status) == wanted
    assert status["state"] == ("done" if ("done", None) in wanted else "failed")
    counted = Counter(CODES[kind] for kinds in files for kind in kinds if kind != "good")
    assert {each["code"]: each["rows"] for each in status["reasons"]} == counted
    assert [each["rows"] for each in status["reasons"]] == sorted(counted.values(), reverse=True)
    assert json.dumps(status, default=str)
