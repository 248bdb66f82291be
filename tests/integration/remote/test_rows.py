"""The records of a Python function, from the call to the rows in a table."""

from __future__ import annotations

import functools
import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal as Exact
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from sluice import Column, Decimal, Flow, Integer, Pipeline, Rows, Table, Text
from sluice.errors import DeclarationError, TransientError
from tests.kit.in_process import InProcess

OUTCOME = "select state, error_code, error from sluice.input order by id"
LOADED = "select id, name, price, _line from item order by id"
HERE = __file__


def pipeline(function: Callable[..., Any], on_conflict: str = "update", **declared: Any) -> Pipeline:
    columns = [Column("id", Integer(), required=True), Column("name", Text()), Column("price", Decimal(14, 2))]
    table = Table("item", ["id"], columns, on_conflict=on_conflict)  # type: ignore[arg-type]
    return Pipeline("items", flows=[Flow(Rows(function, name="items", **declared), table)])


def load(engine: InProcess, function: Callable[..., Any], reload: bool = False, **declared: Any) -> dict[str, Any]:
    engine.use(pipeline(function, **declared))
    return engine.finish(engine.register(**({"reload": True} if reload else {})))


def landing(tmp_path: Path) -> list[str]:
    folder = tmp_path / "landing"
    return sorted(each.name for each in folder.iterdir()) if folder.exists() else []


def test_records_of_a_generator_are_loaded_with_their_numbers_as_lines(engine: InProcess) -> None:
    def items() -> Iterator[dict[str, Any]]:
        yield {"id": 1, "name": "tea", "price": Exact("2.50")}
        yield {"ID": 2, "price": 0.1, "unknown": object()}
        yield {"id": "x", "name": "y"}
        yield {"id": 4, "name": {"en": "tea"}}

    status = load(engine, items)
    assert (status["state"], status["read"], status["loaded"], status["rejected"]) == ("done", 4, 3, 1)
    assert engine.sql(LOADED) == [
        (1, "tea", Exact("2.50"), 1), (2, None, Exact("0.10"), 2), (4, '{"en": "tea"}', None, 4),
    ]  # fmt: skip
    assert engine.sql("select line, column_name, code from sluice.reject") == [(3, "id", "not_integer")]
    assert status["inputs"][0]["note"] == "Columns that the pipeline does not know were ignored: unknown."


def test_lists_pages_and_tables_are_records_too(engine: InProcess) -> None:
    def items() -> Iterator[Any]:
        yield [{"id": 1}, {"id": 2}]
        yield pa.table({"id": [3, 4], "name": ["c", None]})
        yield pa.record_batch({"id": [5]})
        yield {"id": 6}

    assert load(engine, items)["loaded"] == 6
    assert engine.sql("select id, name, _line from item where id > 2 order by id") == [
        (3, "c", 3), (4, None, 4), (5, None, 5), (6, None, 6),
    ]  # fmt: skip


def test_a_column_that_no_record_has_is_noted_and_keeps_its_values(engine: InProcess) -> None:
    load(engine, lambda: [{"id": 1, "name": "tea", "price": 1}])
    status = load(engine, lambda: [{"id": 1, "name": "coffee"}])
    assert "price (null in new rows, left as it is in others)" in status["inputs"][0]["note"]
    assert engine.sql("select id, name, price from item") == [(1, "coffee", Exact("1.00"))]


def test_the_same_records_again_have_nothing_to_do(engine: InProcess) -> None:
    calls = itertools.count()

    def items() -> list[dict[str, Any]]:
        return [{"id": 1, "loaded_at": next(calls)}]

    load(engine, items)
    engine.use(engine.pipeline)
    status = engine.finish(engine.register())
    assert (status["read"], status["inputs"][0]["state"]) == (0, "already_loaded")
    assert next(calls) == 2


def test_a_state_is_kept_once_its_rows_are_loaded(engine: InProcess) -> None:
    seen: list[dict[str, Any]] = []
    rows = [{"id": 1}, {"id": 2}]

    def items(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
        seen.append(dict(state))
        for row in rows:
            if row["id"] > state.get("since", 0):
                yield row
                state["since"] = row["id"]

    load(engine, items)
    assert load(engine, items)["inputs"][0]["state"] == "already_loaded"
    rows.append({"id": 3})
    assert load(engine, items)["loaded"] == 1
    assert load(engine, items, reload=True)["read"] == 3
    assert seen == [{}, {"since": 2}, {"since": 2}, {}]
    assert engine.sql("select noted from sluice.input where noted <> '{}' order by id desc limit 1") == [
        ({"state": '{"since": 3}'},)
    ]


def test_a_load_that_fails_does_not_advance_the_state(engine: InProcess) -> None:
    seen: list[int] = []
    values: list[Any] = ["not a number"]

    def items(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
        seen.append(state.get("calls", 0))
        state["calls"] = state.get("calls", 0) + 1
        yield {"id": values[-1]}

    assert load(engine, items)["inputs"][0]["error_code"] == "nothing_loaded"
    values.append(7)
    assert load(engine, items)["loaded"] == 1
    values.append(8)
    load(engine, items)
    assert seen == [0, 0, 1]


def test_another_text_of_the_function_begins_without_a_state(engine: InProcess) -> None:
    def items(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield {"id": 1, "name": state.get("last")}
        state["last"] = "first"

    def changed(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield {"id": 1, "name": state.get("last", "nothing")}
        state["last"] = "second"

    load(engine, items)
    load(engine, changed)
    assert engine.sql("select name from item") == [("nothing",)]


def fails_in_the_middle() -> Iterator[dict[str, Any]]:
    yield {"id": 1, "name": "secret"}
    raise ValueError("secret 4711")


def fails_in_a_library() -> Iterator[dict[str, Any]]:
    yield {"id": int("secret")}


def exits() -> Iterator[dict[str, Any]]:
    yield {"id": 1}
    sys.exit("secret")


def endless() -> Iterator[dict[str, Any]]:
    return ({"id": number} for number in itertools.count())


def nothing() -> list[dict[str, Any]]:
    return []


def with_state(state: dict[str, Any]) -> list[dict[str, Any]]:
    return [state]


def with_arguments(a: int, b: int) -> list[dict[str, Any]]:
    return [{"id": a + b}]


@pytest.mark.parametrize(
    ("function", "declared", "code", "parts"),
    [
        (fails_in_the_middle, {}, "rows_failed", ["fails_in_the_middle", f"1 records: ValueError at {HERE}"]),
        (exits, {}, "rows_failed", ["after 1 records: SystemExit at " + HERE]),
        (lambda: None, {}, "rows_failed", ["it returned None", "yield records"]),
        (lambda: {"id": 1}, {}, "rows_failed", ["it returned a value of the type dict"]),
        (lambda: "secret", {}, "rows_failed", ["type str"]),
        (lambda: 5, {}, "rows_failed", ["type int"]),
        (lambda: ["secret"], {}, "rows_failed", ["record 1 is a value of the type str, not a dict. Yield a dict"]),
        (lambda: [{"id": 1}, Path("secret")], {}, "rows_failed", ["record 2 is a value of the type PosixPath"]),
        (lambda: [{"id": 1}, {"id": 2, "name": b"secret"}], {}, "not_text", ["record 2: 'name' is bytes"]),
        (lambda: [{1: "secret"}], {}, "not_text", ["record 1: it is a dict with a key that is not text but int"]),
        (endless, {"total_s": 0.05}, "rows_failed", ["takes longer than total_s=0.05 seconds"]),
        (nothing, {}, "no_rows", ["items returned no rows."]),
        (lambda: [{"other": 1}], {}, "missing_header", ["in the records of items; they have 'other'."]),
    ],
)  # fmt: skip
def test_a_fetch_that_fails_leaves_nothing_and_says_where_without_values(
    engine: InProcess, tmp_path: Path, function: Any, declared: dict[str, Any], code: str, parts: list[str]
) -> None:
    status = load(engine, function, **declared)
    ((state, got, error),) = engine.sql(OUTCOME)
    assert (status["state"], state, got) == ("failed", "failed", code)
    for part in parts:
        assert part in error
    assert "secret" not in error.replace(function.__name__, "")
    assert landing(tmp_path) == []
    assert engine.sql("select count(*) from item") == [(0,)]


def test_endless_records_end_at_the_limit_of_bytes(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_MAX_UNPACKED_BYTES", "1048576")
    InProcess.forget()
    load(engine, endless)
    ((state, code, error),) = engine.sql(OUTCOME)
    assert (state, code) == ("failed", "too_large")
    assert "items has more than 1,048,576 bytes of records" in error
    assert landing(tmp_path) == []


def test_what_is_away_is_waited_for(engine: InProcess, tmp_path: Path) -> None:
    def items() -> Iterator[dict[str, Any]]:
        yield {"id": 1}
        raise ConnectionResetError("secret")

    engine.use(pipeline(items))
    with pytest.raises(
        TransientError, match=r"'items' of items .*has no connection: ConnectionResetError at"
    ) as caught:
        engine.plan(engine.register())
    assert "secret" not in str(caught.value)
    assert landing(tmp_path) == []


def test_a_stop_of_the_process_is_not_an_error_of_the_function(engine: InProcess, tmp_path: Path) -> None:
    stopping: dict[str, Any] = {"__name__": "billiard.common"}
    exec("import sys\ndef stop():\n    sys.exit(1)\n", stopping)  # noqa: S102 - as on SIGTERM in a worker's child

    def items() -> Iterator[dict[str, Any]]:
        yield {"id": 1}
        stopping["stop"]()

    engine.use(pipeline(items))
    with pytest.raises(SystemExit):
        engine.plan(engine.register())
    assert engine.sql("select state, error_code from sluice.input") == [("registered", None)]
    assert landing(tmp_path) == []


def test_a_generator_is_closed_when_its_fetch_fails(engine: InProcess) -> None:
    closed = []

    def items() -> Iterator[dict[str, Any]]:
        try:
            yield {"id": 1, "name": b"x"}
        finally:
            closed.append(True)

    load(engine, items)
    assert closed == [True]


@pytest.mark.parametrize("left", [{"at": Exact(1)}, {1: 2}, {"at": (1, 2)}, {"at": float("nan")}])
def test_a_state_that_would_come_back_as_something_else_is_refused(engine: InProcess, left: dict[Any, Any]) -> None:
    def items(state: dict[Any, Any]) -> Iterator[dict[str, Any]]:
        yield {"id": 1}
        state.update(left)

    load(engine, items)
    ((_, code, error),) = engine.sql(OUTCOME)
    assert code == "bad_state"
    assert f"'items' of items ({HERE}:" in error


def test_a_singer_tap_is_a_source(engine: InProcess, tmp_path: Path) -> None:
    tap = tmp_path / "tap.py"
    tap.write_text(
        "import json\n"
        "for message in ({'type': 'SCHEMA', 'stream': 'items', 'schema': {}},\n"
        "    {'type': 'RECORD', 'stream': 'items', 'record': {'id': 1, 'name': 'tea'}},\n"
        "    {'type': 'RECORD', 'stream': 'others', 'record': {'id': 9}},\n"
        "    {'type': 'STATE', 'value': {'bookmarks': {'items': 1}}}):\n"
        "    print(json.dumps(message))\n"
    )

    def items(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
        with subprocess.Popen([sys.executable, str(tap)], stdout=subprocess.PIPE) as process:
            for line in process.stdout or ():
                message = json.loads(line)
                if message["type"] == "RECORD" and message["stream"] == "items":
                    yield message["record"]
                elif message["type"] == "STATE":
                    state["singer"] = message["value"]
        if process.returncode:
            raise RuntimeError("The tap failed.")

    assert load(engine, items)["loaded"] == 1
    assert engine.sql("select noted from sluice.input") == [({"state": '{"singer": {"bookmarks": {"items": 1}}}'},)]


def test_a_snapshot_of_records_is_the_whole(engine: InProcess) -> None:
    load(engine, lambda: [{"id": 1}, {"id": 2}], snapshot=True)
    load(engine, lambda: [{"id": 2}], snapshot=True)
    assert engine.sql("select id from item") == [(2,)]


def of(number: int) -> list[dict[str, Any]]:
    return [{"id": number}]


def test_a_partial_function_is_another_source_for_other_arguments(engine: InProcess) -> None:
    first, second = (Rows(functools.partial(of, number), name="items").reading for number in (1, 2))
    assert first != second
    assert load(engine, functools.partial(of, 5))["loaded"] == 1


@pytest.mark.parametrize(
    ("function", "declared", "sentence"),
    [
        (with_arguments, {}, "Rows 'items': function must have no argument, or one with the name state, not a, b."),
        (with_state, {"snapshot": True}, "Rows 'items': snapshot and an argument state exclude each other"),
        (nothing, {"timeout_s": 600}, "Rows 'items': timeout_s must be a number of seconds between 1 and 540"),
        ([{"id": 1}], {}, "Rows 'items': function must be a function, not the list"),
    ],
)
def test_a_mistake_in_a_declaration_has_its_sentence(function: Any, declared: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        Rows(function, name="items", **declared)
    assert str(caught.value).startswith(sentence)
