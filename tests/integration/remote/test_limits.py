"""How much an answer may be: bounded before it is held, also when it is packed."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest

from sluice import Pages
from sluice.errors import DataError, TransientError
from tests.integration.remote.reading import PATH, declared, fetch, rows_of
from tests.kit.api_server import Answer, ApiServer, Asked, saying

PACKED = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize("ending", ["length", "chunks", "closing"])
def test_an_answer_that_is_too_large_is_refused(api: ApiServer, ending: str) -> None:
    api.answers(PATH, Answer(b'["' + b"x" * 100_000 + b'"]', ending=ending))
    with pytest.raises(DataError, match="max_bytes=50,000") as caught:
        rows_of(declared(max_bytes=50_000))
    assert caught.value.code == "too_large"
    assert len(api.asked) == 1


def test_a_packed_answer_is_unpacked(api: ApiServer) -> None:
    api.answers(PATH, Answer(gzip.compress(b'[{"id": 1}]'), headers=PACKED))
    assert rows_of(declared()) == [{"id": 1}]
    assert api.asked[0].headers["accept-encoding"] == "gzip"


def test_half_of_a_packed_answer_is_fetched_again(api: ApiServer) -> None:
    packed = gzip.compress(b'{"id": 1}\n{"id": 2}\n')
    lines = "application/x-ndjson"
    half = Answer(packed[:-9], headers=PACKED, kind=lines)
    api.answers(PATH, half, Answer(packed, headers=PACKED, kind=lines, ending="closing"))
    assert rows_of(declared()) == [{"id": 1}, {"id": 2}]
    api.answers(PATH, half)
    with pytest.raises(TransientError, match="compressed body is broken"):
        rows_of(declared(tries=2))


def test_what_unpacks_to_a_thousand_times_its_size_is_refused_before_it_is_held(api: ApiServer) -> None:
    bomb = gzip.compress(b" " * (256 << 20))
    api.answers(PATH, Answer(bomb, headers=PACKED))
    tracemalloc.start()
    try:
        with pytest.raises(DataError) as caught:
            rows_of(declared(max_bytes=4 << 20))
        assert tracemalloc.get_traced_memory()[1] < 24 << 20
    finally:
        tracemalloc.stop()
    assert caught.value.code == "too_large"


def test_another_packing_than_asked_for_is_refused(api: ApiServer) -> None:
    api.answers(PATH, Answer(b"[]", headers={"Content-Encoding": "br"}))
    with pytest.raises(DataError) as caught:
        rows_of(declared())
    assert caught.value.code == "bad_encoding"


def test_memory_holds_one_page_however_many_there_are(api: ApiServer) -> None:
    def script(asked: Asked) -> Answer:
        page = int(asked.query["page"])
        return saying([{"id": page, "text": "x" * (1 << 20)}] if page <= 60 else [])

    api.answers(PATH, script)
    size = 0
    tracemalloc.start()
    try:
        for block in fetch(declared(pages=Pages())).lines:
            size += len(block)
        assert tracemalloc.get_traced_memory()[1] < 24 << 20
    finally:
        tracemalloc.stop()
    assert size > 60 << 20
