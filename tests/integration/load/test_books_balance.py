"""Whatever the text, at whatever part size: the books balance, and the table holds what they say."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sluice import Column, Files, Pipeline, Table, Text
from sluice.engine.base.settings import settings as sluice_settings
from tests.kit.budget import examples
from tests.kit.in_process import InProcess
from tests.kit.records import records_of

PIPELINE = Pipeline(
    "texts",
    Files("*.csv", delimiter=","),
    Table("texts", key=("a",), columns=[Column("a", Text(), required=True), Column("b", Text())]),
)
PIECES = st.sampled_from(["a", ",", ";", '"', "\r", "\n", "\0", "é", "\r\n", "b,a\n", "a,é\n", '"a,\n"'])
# texts, and how often each comes again: bodies of several parts
BODIES = st.lists(st.tuples(st.lists(PIECES, min_size=1, max_size=60).map("".join), st.integers(1, 200)), max_size=3)
_numbers = count()


def _records(text: str) -> int:
    """How many records there are that are not blank lines, without the header."""
    return len(records_of(text))


def test_the_books_balance_for_any_text(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.use(PIPELINE)
    parts: list[int] = []

    @settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(runs=BODIES, part_bytes=st.integers(1024, 4096))
    @example(runs=[("a,é\n", 1)], part_bytes=1024)
    @example(runs=[("a,é\r\n", 2000)], part_bytes=1024)
    @example(runs=[('a,"\n', 300), ('"\n,é\0', 200), ('a,"\n"\n', 300)], part_bytes=1500)
    def check(runs: list[tuple[str, int]], part_bytes: int) -> None:
        body = "".join(text * times for text, times in runs)
        read = _records(body)
        if read == 0:
            return
        monkeypatch.setenv("SLUICE_PART_BYTES", str(part_bytes))
        sluice_settings.cache_clear()
        engine.sql("truncate texts, sluice.run cascade")
        path = tmp_path / f"{next(_numbers)}.csv"
        path.write_bytes(b"a,b\n" + body.encode())
        parts.append(_loaded(engine, path, read))

    check()
    assert min(parts) == 1
    assert max(parts) > 3


def _loaded(engine: InProcess, path: Path, read: int) -> int:
    """Load a file of so many records, and look at the books. Returns the number of its parts."""
    status = engine.finish(engine.register(path))

    assert status["state"] == ("failed" if status["rejected"] == read else "done"), status
    assert status["read"] == read
    assert status["read"] == sum(status[name] for name in ("loaded", "duplicate", "rejected"))
    assert engine.sql("select count(*), count(distinct (_input_id, _line)) from texts") == [(status["loaded"],) * 2]
    assert engine.sql("select count(*) from sluice.reject where input_id = %s", status["inputs"][0]["input"]) == [
        (status["rejected"],)
    ]
    [(parts, books_read, given_out)] = engine.sql(
        "select count(*), sum(read), sum(loaded + duplicate + rejected) from sluice.part"
    )
    assert (books_read, given_out) == (read, read)
    return int(parts)
