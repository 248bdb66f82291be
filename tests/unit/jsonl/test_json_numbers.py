"""Numbers of JSON, from a line to the typed value: exact, or a reject of that line alone."""

from __future__ import annotations

import decimal
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.declare import Column, Table
from sluice.engine.formats.jsonl.layout import Layouts
from sluice.engine.formats.jsonl.values import InvalidLine, spelled_out
from sluice.engine.formats.known import parse_text
from sluice.engine.rows.contract import Contract
from sluice.engine.types import Boolean, ColumnType, Date, Decimal, Duration, Integer, Money, Phone, Text, Timestamp
from tests.unit.jsonl.reading_lines import plan, read

D = decimal.Decimal
HUGE = ["1e99999999999999999999", "-1E+99999999999999999999", "1e-999999999", "9.99e999999999", "1e1000000", "1e41"]


def typed(kind: ColumnType, *written: str, key: str = "v") -> list[Any]:
    """The value of each line's key; the reject's code, in brackets, for what is refused."""
    data = "".join(f'{{"n": {n}, "{key}": {each}}}\n' for n, each in enumerate(written)).encode()
    planned = plan(data)
    contract = Contract(Table("t", key=("n",), columns=[Column("n", Integer(), required=True), Column("v", kind)]))
    parsed = parse_text(data, planned.dialect.to_json(), contract, first_line=1, read=planned.read, well_quoted=True)
    done = contract.apply(parsed.rows)
    found: dict[int, Any] = dict(zip(done.rows.column("n").to_pylist(), done.rows.column("v").to_pylist(), strict=True))
    found |= {reject.line - 1: f"[{reject.code}]" for reject in parsed.rejects}
    refused = zip(done.rejects.column("line").to_pylist(), done.rejects.column("code").to_pylist(), strict=True)
    found |= {line - 1: f"[{code}]" for line, code in refused}
    return [found[n] for n in range(len(written))]


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize(
    ("kind", "good", "value", "code"),
    [
        (Decimal(38, 10), "1.5", D("1.5"), "not_decimal"),
        (Decimal(14, 2, thousands=".", point=","), "1.5", D("1.5"), "not_decimal"),
        (Money("USD", 14, 2), "1.5", D("1.5"), "not_money"),
        (Integer(), "15e0", 15, "not_integer"),
        (Integer(thousands="."), "15e0", 15, "not_integer"),
        (Boolean(), "1e0", True, "not_boolean"),
        (Date("%Y%m%d"), "2.0240131e7", decimal.Decimal, "bad_date"),
        (Timestamp("%Y%m%d"), "20240131", decimal.Decimal, "bad_date"),
        (Duration(), '"00:00:01"', 1, "bad_duration"),
        (Phone("KE"), "2.54712345678e11", "+254712345678", "bad_phone"),
    ],
)
def test_a_number_with_a_huge_exponent_is_a_reject_of_its_line_in_every_type(
    kind: ColumnType, good: str, value: Any, code: str, number: str
) -> None:
    first, refused, last = typed(kind, good, number, good)
    assert refused == f"[{code}]"
    assert first == last
    if value is not decimal.Decimal:
        assert first == value


@pytest.mark.parametrize(
    "number", [*HUGE, f"[{HUGE[0]}]", f'{{"a": [{HUGE[0]}]}}', f"-{'9' * 5000}", f"1e{'9' * 5000}"]
)
def test_a_number_that_nobody_wants_does_nothing(number: str) -> None:
    assert typed(Integer(), number, "5", number, key="other") == [None, None, None]
    found = read(f'{{"a": 1, "other": {number}}}\n{{"a": 2}}\n'.encode(), "a")
    assert (found.rows, found.rejects) == ({1: ("1",), 2: ("2",)}, [])


@pytest.mark.parametrize("nested", ["[1e99999999999999999999]", '{"a": 1e99999999999999999999}', "[NaN]"])
def test_a_huge_number_within_an_array_or_object_is_a_reject_of_that(nested: str) -> None:
    assert typed(Decimal(), "1.5", nested, "2.5")[1] in ("[nested_value]", "[not_json]")


def test_a_first_line_that_is_refused_does_not_end_the_file() -> None:
    assert typed(Decimal(), HUGE[0], "2.5") == ["[not_decimal]", D("2.5")]
    assert typed(Integer(), "9" * 5000, "5") == ["[out_of_range]", 5]


def test_a_huge_exponent_costs_no_time_and_no_memory() -> None:
    start = time.process_time()
    assert len(spelled_out("1e999999999999")) < 20
    assert len(spelled_out("1e999999999")) < 20
    assert len(spelled_out(f"{'1' * 100_000}e-99999")) < 100_100
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1.5", "1.5"), ("-1.5E+3", "-1500"), ("1e-05", "0.00001"), ("1E+15", "1000000000000000"), ("-0", "0"),
        ("-0.0", "0"), ("0e99999999999999999999", "0"), ("-0.000e-99999999999999999999", "0"), ("1.0e-10", "1e-10"),
        ("123456789012345678e-8", "1234567890.12345678"), ("0.1", "0.1"), ("9007199254740993", "9007199254740993"),
        ("0.30000000000000004e0", "[too_precise]"), ("1e28", "[out_of_range]"), ("1e-11", "[too_precise]"),
        ("1e00000000000000000000000000000000005", "100000"),
    ],
)  # fmt: skip
def test_numbers_are_exactly_what_they_are_with_an_exponent_or_without(written: str, value: str) -> None:
    wanted: Any = value if value.startswith("[") else D(value)
    assert typed(Decimal(38, 10), written) == [wanted]
    assert typed(Money("USD", 38, 10), written) == [wanted]
    assert typed(Decimal(38, 10, thousands=".", point=","), written) == [wanted]
    assert typed(Money("EUR", 38, 10, thousands=".", point=","), written) == [wanted]


@pytest.mark.parametrize("kind", [Decimal(14, 3, thousands=".", point=","), Decimal(14, 3, point=",")])
def test_the_point_of_a_json_number_is_no_separator_of_thousands(kind: Decimal) -> None:
    grouped = D(1234) if kind.thousands else "[not_decimal]"
    assert typed(kind, "1.234", "1.5", "1234", "12e-1", '"1.234"', '"1,234"', '"x.y"') == [
        D("1.234"), D("1.5"), D(1234), D("1.2"), grouped, D("1.234"), "[not_decimal]",
    ]  # fmt: skip
    assert typed(Integer(thousands="."), "1.234", '"1.234"', "1234") == ["[not_integer]", 1234, 1234]
    assert typed(Text(), "1.234", '"1.234"', "1e-05", "1e99") == ["1.234", "1.234", "0.00001", "1e99"]


def test_a_decimal_comma_does_not_hide_what_is_wrong_with_a_line() -> None:
    kind = Decimal(14, 3, point=",")
    assert typed(kind, "1.5", "NaN", "[1.5]", '"\\u0000"', "true", "null", "1.5 1", '"\\ud800"') == [
        D("1.5"), "[not_json]", "[nested_value]", "[nul]", "[not_decimal]", None, "[not_json]", "[invalid_utf8]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"a": NaN}', "not_json"),
        ('{"other": Infinity}', "not_json"),
        ('{"a": ' + "[" * 3000 + "]" * 3000 + "}", "not_json"),
        ('{"other": ' + '{"a":' * 3000 + "1" + "}" * 3000 + "}", "not_json"),
        ('{"a": "\\ud800"}', "invalid_utf8"),
        ('{"a": "\\u0000"}', "nul"),
        ('{"a": 1, "a": 2}', "duplicate_key"),
        ('{"\\ud800": 1, "\\ud800": 2}', "duplicate_key"),
        ('{"a": 1e}', "not_json"),
        ('{"a": .5}', "not_json"),
        ('{"a": +1}', "not_json"),
        ('{"a": 1.}', "not_json"),
        ('{"a": 0x10}', "not_json"),
        ('{"a": 1_000}', "not_json"),
        ('{"a": \N{ARABIC-INDIC DIGIT ONE}}', "not_json"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_line_that_cannot_be_read_is_a_reject_wherever_it_stands(line: str, code: str, place: int) -> None:
    lines = ['{"a": 1}', '{"a": 2}']
    lines.insert(place, line)
    found = read("\n".join(lines).encode(), "a")
    assert found.refused == [(place + 1, code)]
    assert sorted(found.rows.values()) == [("1",), ("2",)]


def test_what_is_odd_under_a_key_that_nobody_wants_is_fine() -> None:
    odd = '{"a": 1, "\\ud800": "\\ud800", "n": "\\u0000", "i": ' + "9" * 5000 + ', "o": {"x": 1, "x": 2}, "": -0}'
    found = read(odd.encode(), "a")
    assert (found.rows, found.rejects) == ({1: ("1",)}, [])


def test_a_second_key_among_very_many_is_found_at_once() -> None:
    keys = tuple(f"k{n}" for n in range(70_000))
    start = time.process_time()
    with pytest.raises(InvalidLine) as caught:
        Layouts(("a",)).pick((*keys, "k69999"), (None,) * 70_001, 1)
    assert caught.value.reason == "The key 'k69999' is in the object twice."
    assert time.process_time() - start < 5


numbers = st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", fullmatch=True, alphabet=None)


@given(numbers)
def test_a_spelled_number_is_the_number_that_python_reads(number: str) -> None:
    spelled = spelled_out(number)
    assert D(spelled) == D(number)
    assert D(spelled).is_signed() == D(number).is_signed()
    assert ("e" in spelled.lower()) == (D(number) != 0 and "e" in number.lower() and abs(D(number).adjusted()) > 40)


@given(
    st.lists(numbers, min_size=1, max_size=5),
    st.sampled_from([Decimal(38, 18), Decimal(38, 18, thousands=".", point=",")]),
)
def test_a_decimal_is_the_number_that_python_reads_or_a_reject(written: list[str], kind: Decimal) -> None:
    for number, value in zip(written, typed(kind, *written), strict=True):
        exact = D(number)
        fits = exact == 0 or (
            abs(exact) < D(10) ** 20 and exact == exact.quantize(D("1e-18"), context=decimal.Context(99))
        )
        assert value == exact if fits else value in ("[too_precise]", "[out_of_range]", "[not_decimal]"), number
