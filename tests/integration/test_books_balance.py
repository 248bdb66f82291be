"""Whatever the text, at whatever part size: the books balance, and the table holds what they say."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sluice import Column, Files, Pipeline, Table, Text
from sluice.engine.base.settings import settings as sluice_settings
from tests.kit.in_process import InProcess
from tests.kit.records import records_of

PIPELINE = Pipeline(
    "texts",
    Files("*.csv", delimiter=","),
    Table("texts", key=("a",), columns=[Column("a", Text(), required=True), Column("b", Text())]),
)
PIECES = st.sampled_from(["a", ",", ";", '"', "\r", "\n", "\0", "é", "\r\n", "b,a\n", "a,é\n", '"a,\n"'])
_numbers = count()


def _records(text: str) -> int:
    """How many records there are that are not blank lines, without the header."""
    return len(records_of(text))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=st.lists(PIECES, min_size=1, max_size=60).map("".join), part_bytes=st.integers(1, 80))
def test_the_books_balance_for_any_text(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, part_bytes: int
) -> None:
    read = _records(body)
    if read == 0:
        return
    if not hasattr(engine, "pipeline"):
        engine.use(PIPELINE)
    small = sluice_settings().model_copy(update={"part_bytes": part_bytes})
    monkeypatch.setattr("sluice.engine.steps.plan.plan.settings", lambda: small)
    engine.sql("truncate texts, sluice.run cascade")
    path = tmp_path / f"{next(_numbers)}.csv"
    path.write_bytes(b"a,b\n" + body.encode())

    status = engine.finish(engine.register(path))

    assert status["state"] == ("failed" if status["rejected"] == read else "done"), status
    assert status["read"] == read
    assert status["read"] == sum(status[name] for name in ("loaded", "duplicate", "rejected"))
    assert engine.sql("select count(*), count(distinct (_input_id, _line)) from texts") == [(status["loaded"],) * 2]
    assert engine.sql("select count(*) from sluice.reject where input_id = %s", status["inputs"][0]["input"]) == [
        (status["rejected"],)
    ]
    assert engine.sql("select sum(read), sum(loaded + duplicate + rejected) from sluice.part") == [(read, read)]
