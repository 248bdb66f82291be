"""Any amount in any declared notation: read as Python's decimal module has it, and nothing else is read."""

import decimal
from dataclasses import dataclass
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.types import Decimal, Integer, Money

D = decimal.Decimal
SCALE, LIMIT = 4, D(10) ** 10
VARIANTS = {"'": "\u2019", " ": "\u00a0\u202f"}
MARKS = {
    None: ("",),
    "USD": ("", "$", "US$", "USD"),
    "KES": ("", "KSh", "Sh", "KES", "shillings", "bob", "Sh.", "Kenya shillings"),
}


@dataclass(frozen=True)
class Dialect:
    """A notation to test; `currency` None is a Decimal."""

    thousands: str
    point: str
    accounting: bool
    currency: str | None

    @property
    def kind(self):
        how = {"thousands": self.thousands, "point": self.point, "accounting": self.accounting}
        if self.currency is None:
            return Decimal(14, SCALE, **how)
        words = ("shillings", "bob", "Sh.", "Kenya shillings") if self.currency == "KES" else ()
        return Money(self.currency, 14, SCALE, words=words, **how)


SIGNS = st.text("05.,$ -/:", max_size=1)
DIALECTS = st.builds(
    Dialect, st.sampled_from(["", ",", ".", "'", " ", "_"]), st.sampled_from(".,"), st.booleans(),
    st.sampled_from([None, "USD", "KES"]),
).filter(lambda dialect: dialect.thousands != dialect.point)  # fmt: skip


def bodies(whole, fraction, dialect):
    """The digits with and without separators; a number that begins with 0 has no groups."""
    groups = [whole[max(end - 3, 0) : end] for end in range(len(whole), 0, -3)][::-1]
    tail = dialect.point + fraction if fraction else ""
    return {whole + tail} | ({dialect.thousands.join(groups) + tail} if not whole.startswith("0") else set())


def spellings(whole, fraction, dialect):
    """Every way to write the number: (text, is it negative)."""
    for body in bodies(whole, fraction, dialect):
        for mark in MARKS[dialect.currency]:
            for blank in ("", " ", "\u00a0") if mark else ("",):
                doubtful = mark[-1:].isalpha() and not blank and body.startswith(dialect.point)
                yield from placed("", body, blank + mark, dialect)
                for text, negative in placed(mark + blank, body, "", dialect):
                    if not (doubtful and mark + body in text):
                        yield text, negative


def placed(before, body, behind, dialect):
    for sign in ("", "+", "-"):
        yield sign + before + body + behind, sign == "-"
        yield before + sign + body + behind, sign == "-"
    if dialect.accounting:
        for text in (f"({before}{body}{behind})", f"{before}({body}){behind}", f"{before}{body}{behind}-",
                     f"{before}{body}-{behind}"):  # fmt: skip
            yield text, True


@cache
def table(whole, fraction, dialect):
    return {text.casefold(): negative for text, negative in spellings(whole, fraction, dialect)}


def digits(text):
    return "".join(character for character in text if character in "0123456789")


def slow(text, dialect):
    """Try each place that could be the point; if a way to write that number is the text, it is that number."""
    text = text.strip()
    for variant in VARIANTS.get(dialect.thousands, ""):
        text = text.replace(variant, dialect.thousands)
    found = set()
    for place in [len(text), *(n for n, character in enumerate(text) if character == dialect.point)]:
        whole, fraction = digits(text[:place]), digits(text[place:])
        if whole or fraction:
            negative = table(whole, fraction, dialect).get(text.casefold())
            if negative is not None:
                value = D(f"{whole or '0'}.{fraction or '0'}")
                found.add(-value if negative else value)
    assert len(found) < 2, f"{text!r} can be read twice"
    return found.pop() if found else None


def wanted(text, dialect):
    """The value, or the codes that a refusal may have."""
    value = slow(text, dialect)
    if value is None:
        return {"[not_decimal]"} if dialect.currency is None else {"[not_money]", "[currency]"}
    if value != round(value, SCALE):
        return {"[too_precise]"}
    return {value} if abs(value) < LIMIT else {"[out_of_range]"}


@st.composite
def written(draw, dialect):
    """An amount in one of the ways to write it, and the amount."""
    value = draw(st.decimals(0, 10**9, places=draw(st.integers(0, SCALE))))
    whole, _, fraction = f"{value:f}".partition(".")
    text, negative = draw(st.sampled_from(sorted(set(spellings(whole, fraction, dialect)))))
    if dialect.thousands in VARIANTS and draw(st.booleans()):
        text = text.replace(dialect.thousands, VARIANTS[dialect.thousands][-1])
    return text, -value if negative else value


@given(st.data(), DIALECTS)
def test_an_amount_in_a_declared_notation_is_read(read, data, dialect):
    cells = data.draw(st.lists(written(dialect), min_size=1, max_size=8))
    assert read(dialect.kind, *(text for text, _ in cells)) == [value for _, value in cells]


@st.composite
def nearly(draw, dialect):
    """An amount with some characters changed."""
    text, _ = draw(written(dialect))
    for _ in range(draw(st.integers(0, 2))):
        place, length = draw(st.integers(0, len(text))), draw(st.integers(0, 1))
        text = text[:place] + draw(st.text("05.,'_ ()+-$\u00a0\u202f\u2019", max_size=1)) + text[place + length :]
    return text


@given(st.data(), DIALECTS)
def test_nothing_is_read_that_is_not_in_the_declared_notation(read, data, dialect):
    pieces = st.sampled_from([*"0123456789.,'_ ()+-", "000", "123", *MARKS[dialect.currency], "€", "\u202f", "\u0661"])
    texts = st.one_of(nearly(dialect), st.lists(pieces, max_size=9).map("".join))
    column = data.draw(st.lists(texts.filter(str.strip), min_size=1, max_size=8))
    for text, value in zip(column, read(dialect.kind, *column), strict=True):
        assert value in wanted(text, dialect), text


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=8), st.sampled_from(",.'_"))
def test_grouped_integers_are_read(read, numbers, separator):
    assert read(Integer(thousands=separator), *(f"{n:,}".replace(",", separator) for n in numbers)) == numbers


@given(st.data(), DIALECTS, st.integers(1, SCALE))
def test_short_amounts_are_read_among_any_others(read, data, dialect, places):
    mark = st.sampled_from(["", "", "$", MARKS[dialect.currency][0]])
    short = st.builds(lambda mark, n: f"{mark}{n:.{places}f}", mark, st.decimals(0, 99_999, places=places))
    short = short.map(lambda text: text.replace(".", dialect.point))
    changed = st.builds(lambda text, at, sign: text[:at] + sign + text[at + 1 :], short, st.integers(0, 8), SIGNS)
    column = data.draw(st.lists(st.one_of(short, short, short, changed, nearly(dialect)), min_size=1, max_size=12))
    column = [text for text in column if text.strip()]
    for text, value in zip(column, read(dialect.kind, *column), strict=True):
        assert value in wanted(text, dialect), text
