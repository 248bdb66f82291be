"""Text, Boolean and Phone."""

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.types import Boolean, Integer, Phone, Text
from sluice.engine.types.phone import _e164
from sluice.errors import ConfigError


def test_text_is_trimmed_and_inner_white_space_is_one_blank(read):
    assert read(Text(), " a  b ", "a\tb", "New\u00a0York", "a\r\n b", "  ", "", None, "plain text") == [
        "a b", "a b", "New York", "a b", None, None, None, "plain text",
    ]  # fmt: skip


def test_text_is_composed_and_keeps_its_case(read):
    assert read(Text(), "e\u0301", "\u00c9cole", "ÅNGSTRÖM", "straße", "日本") == [
        "é",
        "École",
        "ÅNGSTRÖM",
        "straße",
        "日本",
    ]


def test_text_keeps_leading_zeros_and_what_looks_like_null(read):
    assert read(Text(), "007", "NULL", "n/a", "\\N", "-") == ["007", "NULL", "n/a", "\\N", "-"]


def test_text_that_is_clean_already_is_not_copied():
    column = pa.array(["Nairobi", "Port Louis", "x"])
    assert Text().parse(column).values.buffers()[2].address == column.buffers()[2].address


def test_length_counts_characters_after_tidying(read):
    assert read(Text(3), "abc", " abc ", "äöü", "abcd", "a  b", "e\u0301e\u0301e\u0301") == [
        "abc", "abc", "äöü", "[too_long]", "a b", "ééé",
    ]  # fmt: skip


def test_text_sorts_by_bytes_in_postgresql_too():
    assert Text().pg_type == 'text COLLATE "C"'
    with pytest.raises(ConfigError):
        Text(0)


@given(st.lists(st.text("ab é\u0301\u00a0\t\u3000日", max_size=8) | st.none(), max_size=8), st.integers(0, 3))
def test_text_is_what_the_slow_way_makes_of_it(texts, skip):
    column = pa.array(texts, pa.string())[skip:]
    slow = [unicodedata.normalize("NFC", " ".join((t or "").split())) or None for t in texts[skip:]]
    assert Text().parse(column).values.to_pylist() == slow


def test_booleans_have_five_spellings_each_in_any_case(read):
    assert read(Boolean(), "TRUE", "t", " Yes ", "y", "1") == [True] * 5
    assert read(Boolean(), "false", "F", "NO", "n", "0") == [False] * 5
    assert read(Boolean(), "", None, " ", "maybe", "2", "on", "yes!") == [None] * 3 + ["[not_boolean]"] * 4


def test_phones_become_e164(read):
    assert read(Phone("KE"), "0712345678", "+254 712 345 678", "254712345678", "0712-345-678", "", None, " ") == [
        "+254712345678", "+254712345678", "+254712345678", "+254712345678", None, None, None,
    ]  # fmt: skip
    assert read(Phone("KE"), "+1 650-253-0000", "00044 20 7946 0018") == ["+16502530000", "+442079460018"]


@pytest.mark.parametrize("text", ["123", "abc", "0712345678 ext 5", "+254 000 000 000", "07123456789012", "+999123456"])
def test_numbers_that_do_not_exist_are_refused(read, text):
    assert read(Phone("KE"), "0712345678", text) == ["+254712345678", "[bad_phone]"]


def test_a_phone_number_is_shown_by_its_last_two_digits_only():
    assert Phone("KE").show("0712 345-678x") == "**** ***-*78x"
    assert Phone("KE").show("call 0712345678 or 0712345679") == "call ********** or ********79"


def test_other_texts_are_shown_short_and_without_control_characters():
    assert Integer().show("a\x00b\n\u202ec") == "a\\x00b\\n\\u202ec"
    assert Integer().show("x" * 61) == "x" * 59 + "…"
    assert Integer().show("x" * 60) == "x" * 60


REGIONS = ["KE", "UG", "TZ", "NG", "DE", "FR", "IN", "ZA", "ET", "JP", "GB", "US", "BR", "IT", "ES"]
NUMBERS = st.builds(
    lambda before, digits, place, gap: before + digits[:place] + gap + digits[place:],
    st.sampled_from(["", "0", "+", "00", "+0", "254", "+254", "+2540", "+49", "49", "+81", "010", "+39 0", "1", "+1 "]),
    st.from_regex(r"7[0-9]{8}|[0-9]{6,11}", fullmatch=True),
    st.integers(0, 6),
    st.sampled_from(["", " ", "-", "--", "/", "."]),
)


@given(st.lists(NUMBERS, max_size=10), st.sampled_from(REGIONS))
def test_numbers_read_by_columns_are_what_libphonenumber_makes_of_them(texts, region):
    slow = [_e164(text, region) for text in texts]
    found = Phone(region).parse(pa.array(texts, pa.string())).values.to_pylist()
    assert found == [number if isinstance(number, str) else None for number in slow]


def test_a_region_must_be_known():
    with pytest.raises(ConfigError, match="ISO 3166"):
        Phone("Kenya")
