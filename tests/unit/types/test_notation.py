"""Declared notations of numbers: separators, words for a currency, accounting's negatives."""

import decimal
from dataclasses import replace

import pyarrow as pa
import pytest

from sluice.engine.types import Decimal, Integer, Money
from sluice.errors import ConfigError

D = decimal.Decimal
EUROPEAN = Decimal(14, 2, thousands=".", point=",")
COMMA = Decimal(14, 2, point=",")
FRANCS = Money("CHF", thousands="'")
EUROS = Money("EUR", thousands=" ", point=",")
SHILLINGS = Money("KES", words=("shillings", "bob", "Kenya shillings", "/="))
BOOKED = Money("USD", accounting=True)


def test_points_group_thousands_and_a_comma_begins_the_fraction(read):
    assert read(EUROPEAN, "1.234.567,89", "-1.234,5", "+1.234", "1234567,89", "12,30", ",5", "0", " 999.999,99 ") == [
        D("1234567.89"), D("-1234.50"), D(1234), D("1234567.89"), D("12.30"), D("0.50"), D(0), D("999999.99"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["1,234.56", "1.23,4", "12.34", "1234.567", "1.2345", ".123", "1..234", "1.234.", "1.234,", "1,2,3", "1,234.567",
     "1'234", "1 234", "1.234.56", "0.5"],
)  # fmt: skip
def test_wrongly_grouped_numbers_are_refused(read, text):
    assert read(EUROPEAN, "1.234", text) == [D(1234), "[not_decimal]"]


@pytest.mark.parametrize("text", ["1.234", "1.5", "1.234,5", "1,234,5", "1234.", ".5"])
def test_a_point_is_nothing_where_the_comma_is_the_point_and_no_thousands_are_declared(read, text):
    assert read(COMMA, "1,5", text) == [D("1.50"), "[not_decimal]"]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("CHF 1'234.50", "1234.50"), ("1'234'567.5", "1234567.5"), ("CHF\u00a01\u2019234.50", "1234.50"),
        ("1\u2019234\u2019567 CHF", "1234567"), ("Fr 1'000", "1000"), ("-CHF 1'234", "-1234"), ("CHF -1'234", "-1234"),
        ("1234.5", "1234.5"), ("chf 0.05", "0.05"),
    ],
)  # fmt: skip
def test_apostrophes_group_francs_typed_or_typographic(read, text, amount):
    assert read(FRANCS, text, "1'000") == [D(amount), D(1000)]


def test_a_comma_is_no_separator_where_the_apostrophe_is(read):
    assert read(FRANCS, "1,234.50", "1'23", "12'34.5", "'123", "1''234", "1'234'", "$1'000", "\u20191") == [
        "[not_money]", "[not_money]", "[not_money]", "[not_money]", "[not_money]", "[not_money]", "[currency]",
        "[not_money]",
    ]  # fmt: skip


def test_blanks_of_every_kind_group_thousands_where_the_blank_is_declared(read):
    assert read(
        EUROS, "1 234 567,89", "1\u00a0234,5", "1\u202f234\u202f567 €", "1\u202f234,50\u00a0€", "EUR 1 234", "€1 234",
        "1 234EUR", "-1 234,50 EUR", "12,30", "1\u2009234", "1  234", "1 23", "12 34 €", "1 234  €", "1 234,5 USD",
    ) == [
        D("1234567.89"), D("1234.5"), D(1234567), D("1234.5"), D(1234), D(1234), D(1234), D("-1234.5"), D("12.3"),
        "[not_money]", "[not_money]", "[not_money]", "[not_money]", "[not_money]", "[currency]",
    ]  # fmt: skip


def test_blanks_group_nothing_where_they_are_not_declared(read):
    assert read(Money("EUR"), "1 234", "1\u202f234", "1\u00a0234.5") == ["[not_money]"] * 3


def test_underscores_group_and_money_may_have_no_groups_at_all(read):
    assert read(Decimal(thousands="_"), "1_234_567.5", "1_23", "_123") == [
        D("1234567.50"),
        "[not_decimal]",
        "[not_decimal]",
    ]
    assert read(Money("USD", thousands=""), "$1234.5", "$1,234.5") == [D("1234.5"), "[not_money]"]


def test_a_no_break_blank_parts_mark_and_amount(read):
    assert read(Money("EUR"), "1.20\u00a0€", "€\u00a01.20", "EUR\u00a01,234", "1\u00a0\u00a0€", "\u00a0€") == [
        D("1.2"), D("1.2"), D(1234), "[not_money]", "[not_money]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("500 shillings", "500"), ("500 Shillings", "500"), ("SHILLINGS 1,234.50", "1234.5"), ("500bob", "500"),
        ("500 Bob", "500"), ("bob 5", "5"), ("KSh 5", "5"), ("kes5", "5"), ("-5 bob", "-5"), ("Kenya shillings 7", "7"),
        ("7 kenya Shillings", "7"), ("500/=", "500"), ("1,200 /=", "1200"), ("bob -5", "-5"),
    ],
)  # fmt: skip
def test_declared_words_mean_the_currency_on_either_side_in_any_case(read, text, amount):
    assert read(SHILLINGS, text, "5", text) == [D(amount), D(5), D(amount)]


def test_words_of_no_or_another_currency_are_refused(read):
    assert read(SHILLINGS, "5 USD", "$5", "5 dollars", "5 euros", "bob 5 bob", "5 bobs", "5 shill", "bob", "5 b") == [
        "[currency]", "[currency]", *["[not_money]"] * 7,
    ]  # fmt: skip
    assert read(Money("KES"), "5 shillings", "5 bob") == ["[not_money]", "[currency]"]


def test_only_letters_have_a_case(read):
    assert read(Money("USD"), "\x045", "us\x045", "us$5") == ["[not_money]", "[not_money]", D(5)]


def test_letters_beyond_ascii_are_words_in_any_case_too(read):
    assert read(Money("PLN", words=("złotych", "ZŁOTY")), "5 złotych", "5 ZŁOTYCH", "złoty 7", "5 zł", "5 ZŁ") == [
        D(5), D(5), D(7), D(5), D(5),
    ]  # fmt: skip


def test_a_point_behind_a_letter_begins_no_fraction(read):
    rupees, dotted = Money("INR"), Money("INR", words=("Rs.",))
    assert read(rupees, "Rs.500", "INR.50", "Rs .5", "Rs 0.5", "₹.5") == [
        "[not_money]", "[not_money]", D("0.5"), D("0.5"), D("0.5"),
    ]  # fmt: skip
    assert read(dotted, "Rs.500", "rs. 500", "Rs.500.25", "500 Rs.", "Rs 5", "INR.50") == [
        D(500), D(500), D("500.25"), D(500), D(5), "[not_money]",
    ]  # fmt: skip
    assert read(Money("USD"), "Rs.500", "$5", "USD.50", "€.5") == ["[currency]", D(5), "[not_money]", "[currency]"]


def test_a_word_may_end_with_the_dash_of_round_sums(read):
    assert read(Money("INR", words=("/-",)), "500/-", "Rs 500", "-500/-", "500-", "500/") == [
        D(500), D(500), D(-500), "[not_money]", "[not_money]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["(1,234.50)", "($1,234.50)", "$(1,234.50)", "1,234.50-", "$1,234.50-", "(1234.5)", "(1,234.50) USD",
     "(1,234.50 USD)", "(USD 1,234.50)", "USD (1,234.50)", "$ (1,234.50)", "1,234.50- USD", "1,234.50 USD-",
     "-1,234.50", "$-1,234.50", " ($1,234.5000) "],
)  # fmt: skip
def test_brackets_and_a_minus_behind_are_negative_in_accounting(read, text):
    assert read(BOOKED, text, "$1,234.50", text) == [D("-1234.5"), D("1234.5"), D("-1234.5")]


@pytest.mark.parametrize(
    "text",
    ["(-5)", "(+5)", "-(5)", "+(5)", "(5)-", "(5-)", "-5-", "+5-", "5--", "((5))", "(5", "5)", "()", "($)", "( 5 )",
     "-", "$-5-", "($-5)", "$(5", "($5", "$5)", "(5) (5)", "-$(5)", "$((5))", "USD(5)USD", "5+", ")5("],
)  # fmt: skip
def test_two_signs_or_half_a_bracket_are_refused_in_accounting(read, text):
    assert read(BOOKED, "($5)", text) == [D(-5), "[not_money]"]


@pytest.mark.parametrize("text", ["(5)", "($5)", "$(5)", "5-", "$5-", "(5) USD", "5- USD"])
def test_accounting_is_refused_where_it_is_not_declared(read, text):
    assert read(Money("USD"), "$5", text) == [D(5), "[not_money]"]


def test_decimals_may_be_of_accounting_too(read):
    both = Decimal(8, 2, thousands=".", point=",", accounting=True)
    assert read(both, "(1.234,50)", "1.234,5-", "(5)", "5-", "(-5)", "($5)", "(1,234.50)", "(1.23)", "1234567,8-") == [
        D("-1234.50"), D("-1234.50"), D(-5), D(-5), *["[not_decimal]"] * 4, "[out_of_range]",
    ]  # fmt: skip
    assert read(both, "1,234-", "(1,239)", "1,230-") == ["[too_precise]", "[too_precise]", D("-1.23")]
    assert read(Decimal(), "(5)", "5-") == ["[not_decimal]", "[not_decimal]"]


def test_38_digits_fit_in_groups(read):
    kind = Decimal(38, 10, thousands="'", accounting=True)
    whole = "99'" + "'".join(["999"] * 8) + "'99"
    assert read(kind, "9'" + "'".join(["999"] * 9) + ".9999999999", "('1)", whole) == [
        D("9" * 28 + "." + "9" * 10), "[not_decimal]", "[not_decimal]",
    ]  # fmt: skip


def test_integers_may_have_thousands(read):
    assert read(Integer(thousands=","), "1,234,567", "-1,234", "+1,234", "1234", "12", "9,223,372,036,854,775,807") == [
        1234567, -1234, 1234, 1234, 12, 9223372036854775807,
    ]  # fmt: skip
    assert read(Integer(thousands=","), "1,23", ",123", "1,,234", "1234,567", "1.234", "9,223,372,036,854,775,808") == [
        "[not_integer]", "[not_integer]", "[not_integer]", "[not_integer]", "[not_integer]", "[out_of_range]",
    ]  # fmt: skip
    assert read(Integer(thousands=" "), "1\u202f234", "1 234", "1\u00a0234") == [1234, 1234, 1234]
    assert read(Integer(thousands="."), "1.234", "1,234") == [1234, "[not_integer]"]


BEGINS = ": a grouped number does not begin with 0"
ZERO_GROUPS = [
    "0,673", "00,001", "000,001", "0,000", "012,345", "00,000,001", "0,123,456", "-0,500", "+0,500", "0,673.25",
    "00,001.5",    " 0,62 ", "0,62", "1,2345", "1234,567", "12,34,567", "1,23,456.00", "1.234,567", "1.5,000", "0,,673",
    "1~234,567", "1,234~567", "1~000",
]  # fmt: skip


@pytest.mark.parametrize("separator", [",", ".", "'", " ", "_"])
@pytest.mark.parametrize("text", ZERO_GROUPS)
def test_a_group_that_begins_with_zero_or_has_another_size_is_never_a_number(read, text, separator):
    point = "," if separator == "." else "."
    another = "_" if separator == "'" else "'"
    text = text.translate(str.maketrans({",": separator, ".": point, "~": another}))
    assert read(Decimal(20, 6, thousands=separator, point=point), text, f"12{separator}500", text) == [
        "[not_decimal]", D(12500), "[not_decimal]",
    ]  # fmt: skip
    assert read(Integer(thousands=separator), text, f"12{separator}500") == ["[not_integer]", 12500]
    money = Money("USD", thousands=separator, point=point, accounting=True)
    bare = text.strip().lstrip("+-")
    for written in (text, f"${bare}", f"-${bare}", f"({bare})", f"$({bare})", f"{bare}-", f"{bare} USD", f"USD {bare}"):
        refused, fine = read(money, written, f"$12{separator}500")
        assert refused in ("[not_money]", "[currency]"), written  # of `$_673` the word is `$_`
        assert fine == D(12500)


def test_zeros_without_groups_and_groups_of_zeros_behind_the_first_are_fine(read):
    assert read(Money("USD"), "0", "00", "0.673", "007", "10,000", "1,000,000.00", "100,001") == [
        D(0), D(0), D("0.673"), D(7), D(10000), D(1000000), D(100001),
    ]  # fmt: skip
    assert read(Integer(thousands=","), "000", "007", "-0", "10,000", "1,000,001") == [0, 7, 0, 10000, 1000001]


@pytest.mark.parametrize(
    ("kind", "text", "what", "why"),
    [
        (Money("USD"), "$0,673", "an amount in USD", f"{BEGINS} (is ',' its decimal point?)."),
        (EUROPEAN, "-0.673", "a decimal number", f"{BEGINS} (is '.' its decimal point?)."),
        (Integer(thousands="'"), "0'673", "a whole number", f"{BEGINS}."),
        (Integer(thousands=","), "10,67", "a whole number", "."),
        (Integer(), "0,673", "a whole number", "."),
    ],
)
def test_a_decimal_comma_taken_for_thousands_is_named(kind, text, what, why):
    (refused,) = kind.parse(pa.array([text])).refused
    assert refused.reason == f"'{{value}}' is not {what}{why}"


def test_a_separator_does_not_reach_into_the_next_cell(read):
    assert read(EUROPEAN, "1", ".234", "1.", "234", ",5", "1,", "5") == [
        D(1), "[not_decimal]", "[not_decimal]", D(234), D("0.50"), "[not_decimal]", D(5),
    ]  # fmt: skip
    assert read(BOOKED, "(5", ")", "(", "5)", "5", "-") == [
        "[not_money]", "[not_money]", "[not_money]", "[not_money]", D(5), "[not_money]",
    ]  # fmt: skip


def test_a_slice_of_a_column_with_typographic_separators_is_read_from_its_own_place():
    column = pa.array(["x", "1\u2019000", None, "y", "2\u2019000"]).slice(1, 3)
    parsed = FRANCS.parse(column)
    assert parsed.values.to_pylist() == [D(1000), None, None]
    assert parsed.refused[0].rows.tolist() == [False, False, True]


def test_a_declaration_from_before_is_written_as_it_was():
    assert repr(Money("USD")) == "Money(currency='USD', precision=12, scale=4)"
    assert (
        repr(Money("USD", 14, 2, thousands=",", point=".", words=[])) == "Money(currency='USD', precision=14, scale=2)"
    )
    assert repr(Decimal(9, 3)) == "Decimal(precision=9, scale=3)"
    assert repr(Integer()) == "Integer()"


def test_what_differs_is_declared():
    assert repr(EUROPEAN) == "Decimal(precision=14, scale=2, thousands='.', point=',')"
    assert repr(replace(EUROPEAN, thousands="", accounting=True)) == (
        "Decimal(precision=14, scale=2, point=',', accounting=True)"
    )
    assert repr(Money("KES", words=["bob"])) == "Money(currency='KES', precision=12, scale=4, words=('bob',))"
    assert repr(Integer(thousands=",")) == "Integer(thousands=',')"


def test_equal_declarations_are_equal_whatever_they_have_read(read):
    read(EUROPEAN, "1.234,5")
    assert Decimal(14, 2, thousands=".", point=",") == EUROPEAN
    assert Money("KES", words=["bob"]) == Money("KES", words=("bob",))
    assert len({Money("KES", words=["bob"]), Money("KES", words=("bob",)), Money("KES")}) == 2


@pytest.mark.parametrize(
    ("declare", "says"),
    [
        (lambda: Money("EUR", point=","), "thousands and point are both ','"),
        (lambda: Decimal(thousands="."), "thousands and point are both '.'"),
        (lambda: Decimal(point=""), "point=''"),
        (lambda: Decimal(point="'"), "neither '.' nor ','"),
        (lambda: Decimal(thousands=";"), "thousands=';'"),
        (lambda: Decimal(thousands=",,"), "thousands=',,'"),
        (lambda: Decimal(thousands="\u00a0"), "is not one of"),
        (lambda: Integer(thousands="0"), "thousands='0'"),
        (lambda: Money("KES", words="bob"), r"words=\('bob',\)"),
        (lambda: Money("KES", words=("",)), "cannot be a mark of an amount"),
        (lambda: Money("KES", words=(" bob",)), "cannot be a mark of an amount"),
        (lambda: Money("KES", words=("-",)), "cannot be a mark of an amount"),
        (lambda: Money("KES", words=("b0b",)), "cannot be a mark of an amount"),
        (lambda: Money("KES", words=("(bob)",)), "cannot be a mark of an amount"),
        (lambda: Money("KES", words=("a,b",)), "cannot be a mark of an amount"),
        (lambda: Money("KES", words=(".bob",)), "cannot be a mark of an amount"),
        (lambda: Money("INR", words=("/-",), accounting=True), "accounting's minus"),
    ],
)
def test_a_notation_that_cannot_be_is_met_at_once(declare, says):
    with pytest.raises(ConfigError, match=says):
        declare()
