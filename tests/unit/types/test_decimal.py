"""Decimal and Money: exact, one currency, nothing rounded in silence."""

import decimal
import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.types import Decimal, Money
from sluice.errors import ConfigError

D = decimal.Decimal
USD = Money("USD")
GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")


def test_decimals_are_exact(read):
    assert read(Decimal(), "1.5", "-.5", "+7", "0012.30", "-1.230", " 8 ", "", None, "999999999999.99") == [
        D("1.50"), D("-0.50"), D("7.00"), D("12.30"), D("-1.23"), D("8.00"), None, None, D("999999999999.99"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["x", "5.", ".", "-", "1e5", "1,000.00", "1.2.3", "NaN", "Infinity", "--1", "\u0661", "$1", "1 2", "- 1"]
)
def test_what_is_no_plain_number_is_not_a_decimal(read, text):
    assert read(Decimal(), text, "1") == ["[not_decimal]", D("1.00")]


def test_digits_beyond_the_scale_are_refused_unless_they_are_zeros(read):
    assert read(Decimal(), "1.234", "1.230", "1.2300000000000000000000000", "0.001") == [
        "[too_precise]", D("1.23"), D("1.23"), "[too_precise]",
    ]  # fmt: skip


def test_numbers_too_large_for_the_precision_are_out_of_range(read):
    assert read(Decimal(5, 2), "999.99", "-999.99", "1000", "-1000.00", "0000999") == [
        D("999.99"), D("-999.99"), "[out_of_range]", "[out_of_range]", D("999.00"),
    ]  # fmt: skip


def test_38_digits_fit(read):
    most = "9" * 28 + "." + "9" * 10
    assert read(Decimal(38, 10), most, "-" + most, "1.5", "1" * 29) == [
        D(most),
        D("-" + most),
        D("1.5"),
        "[out_of_range]",
    ]


def test_scales_of_0_and_beyond_18_work(read):
    assert read(Decimal(5, 0), "12", "12.0", "1.5", "12345") == [D(12), D(12), "[too_precise]", D(12345)]
    assert read(Decimal(38, 30), "1.5", "-0.000000000000000000000000000001") == [D("1.5"), D("-1E-30")]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$1.20", "1.20"), ("1.20", "1.20"), ("$1,234.50", "1234.50"), ("USD 1.20", "1.20"), ("1.20 USD", "1.20"),
        ("-$1.20", "-1.20"), ("$-1.20", "-1.20"), ("+$1.20", "1.20"), ("-1.20", "-1.20"), ("USD -1.20", "-1.20"),
        ("-1.20 USD", "-1.20"), ("$ 5", "5"), ("5$", "5"), ("5 $", "5"), ("US$5", "5"), ("usd 3", "3"),
        ("USD1,234,567.8", "1234567.8"), ("$.5", "0.5"), ("$1.23450", "1.2345"), ("99999999.9999", "99999999.9999"),
        ("-$12,345.6789", "-12345.6789"), ("$1,000", "1000"), ("$10,012.5", "10012.5"), (" $1 ", "1"),
    ],
)  # fmt: skip
def test_dollars_are_read_in_every_usual_form(read, text, amount):
    assert read(USD, text, "$2", text) == [D(amount), D(2), D(amount)]


@pytest.mark.parametrize("text", ["€1.20", "1.20 EUR", "KES 5", "KSh 5", "£1,000.00", "CA$5", "1.20€", "eur 7", "₹3"])
def test_another_currency_is_named_as_such(read, text):
    assert read(USD, "$2", text) == [D(2), "[currency]"]


@pytest.mark.parametrize(
    "text",
    ["abc", "$", "-", "USD", "1.2.3", "12,34.50", "1234,567.00", "1,23", ",123", "$1,2345", "1,,000", "$1.20 USD",
     "$$1", "-$-1", "--1", "1.20  USD", "5.", "1e5", "(1.20)", "5 XXY", "$1.2M", "1,000,00", "$1,", "- 1", "1.50,000"],
)  # fmt: skip
def test_garbage_is_not_money(read, text):
    assert read(USD, "$2", text) == [D(2), "[not_money]"]


def test_money_is_never_rounded_and_never_too_large(read):
    assert read(USD, "$1.23456", "0.00009", "$123,456,789", "1,234,567,890,123,456,789,000", "$100000000") == [
        "[too_precise]", "[too_precise]", "[out_of_range]", "[out_of_range]", "[out_of_range]",
    ]  # fmt: skip


def test_each_currency_has_its_own_symbols(read):
    assert read(Money("EUR"), "€1.20", "1.20 €", "$1") == [D("1.2"), D("1.2"), "[currency]"]
    assert read(Money("KES"), "KSh 1,200", "ksh1", "KES 5", "$5") == [D(1200), D(1), D(5), "[currency]"]


def test_a_mark_does_not_reach_into_the_next_cell(read):
    assert read(USD, "US", "$5", "1 U", "SD", "US") == [
        "[not_money]",
        D(5),
        "[not_money]",
        "[not_money]",
        "[not_money]",
    ]


def test_the_reason_says_which_currency_was_expected():
    parsed = USD.parse(pa.array(["€1.20"]))
    assert parsed.refused[0].reason == "'{value}' is not in USD."


def test_types_name_their_postgresql_type():
    assert (USD.pg_type, Decimal().pg_type) == ("numeric(12,4)", "numeric(14,2)")
    assert repr(USD) == "Money(currency='USD', precision=12, scale=4)"


@pytest.mark.parametrize(
    "declare",
    [lambda: Money("USX"), lambda: Money("usd"), lambda: Decimal(0, 0), lambda: Decimal(39, 2), lambda: Decimal(4, 5)],
)
def test_a_declaration_that_cannot_be_is_met_at_once(declare):
    with pytest.raises(ConfigError):
        declare()


def expected(bare: str, *, money: bool) -> object:
    """The slow way: decimal.Decimal, without a look at how the type does it."""
    text = bare
    sign = re.match(r"[+-]?", text)[0]
    text = text[len(sign) :]
    if money and text.startswith("$"):
        text = text[1:].removeprefix(" ")
        inner = re.match(r"[+-]?", text)[0]
        if sign and inner:
            return "[not_money]"
        sign, text = sign or inner, text[len(inner) :]
    elif money:
        text = text.removesuffix("$")
    if money and GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?|\.[0-9]+", text):
        return "[not_money]" if money else "[not_decimal]"
    value = D(sign + text)
    with decimal.localcontext(prec=200):
        rounded = round(value, 4)
        if rounded != value:
            return "[too_precise]"
    return rounded if abs(value) < 10**8 else "[out_of_range]"


AMOUNTS = st.one_of(
    st.decimals(-(10**9), 10**9, places=4).map(lambda d: f"{d:f}"),
    st.decimals(-(10**9), 10**9, places=2).map(lambda d: f"${d:,f}"),
    st.decimals(0, 10**7, places=6).map(lambda d: f"-${d:,f}"),
    st.text("0123456789.,-+$", max_size=26),
)


@given(st.lists(AMOUNTS, max_size=12), st.booleans())
def test_amounts_are_what_decimal_makes_of_them(read, texts, money):
    kind = USD if money else Decimal(12, 4)
    wanted = [expected(text, money=money) if text else None for text in texts]
    assert read(kind, *texts) == wanted


def test_a_null_that_keeps_its_bytes_is_no_amount():
    text = pa.array(["$1.20", "$3.40"])
    nulls = pa.Array.from_buffers(pa.string(), 2, [pa.py_buffer(b"\x02"), *text.buffers()[1:]])
    assert USD.parse(nulls).values.to_pylist() == [None, D("3.4000")]


def test_short_numbers_are_exact_in_the_widest_scale(read):
    assert read(Decimal(38, 18), "9.99", "10.00", "99999.99", "0.01") == [D("9.99"), D(10), D("99999.99"), D("0.01")]
    assert read(Decimal(18, 18), "0.99", "1.00") == [D("0.99"), "[out_of_range]"]
