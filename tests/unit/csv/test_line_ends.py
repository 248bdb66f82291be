"""Records counted and numbered by masks are those of their index, whatever the text."""

from __future__ import annotations

import re
from bisect import bisect_right

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sluice.engine.formats.csv.quotes import QuoteRules, find_quotes, places_of_few, walk_quotes
from sluice.engine.formats.csv.records import count_records, index_records, record_lines
from tests.kit.budget import examples

PLAIN = QuoteRules(",")
PIECES = ["a", ",", '"', "\r", "\n", "\r\n", "\n\n", '"x\ny"', '"x\r\n\r\ny"', '5" pipe,', '"q""q"', "a,b\n", "é"]
FEW_QUOTES = "a,b\n" * 1500


@settings(max_examples=examples(600), deadline=None)
@given(
    body=st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    before=st.sampled_from(["", FEW_QUOTES]),
    line_breaks=st.booleans(),
    longest=st.one_of(st.integers(1, 30), st.just(1 << 20)),
)
@example(body='"x\n\ny",1\n\n\n"z"\n', before=FEW_QUOTES, line_breaks=True, longest=9)
def test_the_number_and_the_lines_of_records_are_those_of_their_index(
    body: str, before: str, line_breaks: bool, longest: int
) -> None:
    data, rules = (before + body).encode(), QuoteRules(",", line_breaks=line_breaks)
    index = index_records(data, rules, final=True)
    records = index.starts.size
    assert count_records(data, rules, final=True) == index.counted
    assert index.counted.records == records
    ends = [found.end() for found in re.finditer(rb"\r\n|\r|\n", data)]
    lines = [bisect_right(ends, start) for start in index.starts.tolist()]
    assert index.lines.tolist() == lines
    found = record_lines(data, rules, longest=longest)
    if found is None:
        assert not index.counted.sound or longest < 1 << 20
    else:
        assert found.tolist() == lines


def test_two_blank_lines_and_a_quoted_line_break_move_the_lines_of_the_records_after_them() -> None:
    data = b'a,b\n\r\n"c\nd",e\n\nf,g'
    lines = record_lines(data, PLAIN, longest=100)
    assert lines is not None
    assert lines.tolist() == [0, 2, 5]


def test_a_quote_in_an_unquoted_field_is_none_of_the_edges() -> None:
    assert find_quotes(b'a,"b"\n5" x,c\n', PLAIN, final=True).edges.tolist() == [2, 4]


@settings(max_examples=examples(600), deadline=None)
@given(st.lists(st.sampled_from(['"', 'a"b', "a", ",", "\n", " ", '"q""q"', '"x\ny"', '"c",']), max_size=25))
def test_quotes_found_at_once_are_those_of_the_walk_from_field_to_field(pieces: list[str]) -> None:
    data = "".join(pieces).encode()
    found, walked = find_quotes(data, PLAIN, final=True), walk_quotes(data, PLAIN, final=True)
    places = [at for at, byte in enumerate(data) if byte != 0x22]
    assert found.inside(places).tolist() == walked.inside(places).tolist()  # type: ignore[arg-type]
    assert found.faults == walked.faults


@given(st.sets(st.integers(0, 1000), max_size=60), st.integers(0, 1001))
def test_places_of_few_are_all_places(places: set[int], size: int) -> None:
    mask = np.zeros(size, np.bool_)
    inside = sorted(place for place in places if place < size)
    mask[inside] = True
    assert places_of_few(mask).tolist() == inside
