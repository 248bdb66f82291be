"""How a call is written down: plainly, or in one of the harmless ways that must load all the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sluice.samples.calls import Call

Spelling = Callable[[Call], str]
Variety = tuple[dict[str, Any], Spelling]


@lru_cache(maxsize=4096)
def amount(cost: int | None, thousands: str = ",") -> str:
    """Ten-thousandths of a dollar as `1,234.50`, or with four decimals where two would not be exact."""
    if cost is None:
        return ""
    dollars, rest = divmod(cost, 10_000)
    decimals = f"{rest:04d}" if rest % 100 else f"{rest // 100:02d}"
    return f"{dollars:,}.{decimals}".replace(",", thousands)


@lru_cache(maxsize=4096)
def _money(cost: int | None) -> str:
    return "" if cost is None else quoted_if_needed(f"${amount(cost)}")


@lru_cache(maxsize=4096)
def _clock(duration_s: int | None) -> str:
    if duration_s is None:
        return ""
    return f"{duration_s // 3600:02d}:{duration_s // 60 % 60:02d}:{duration_s % 60:02d}"


def quoted(field: str) -> str:
    return '"' + field.replace('"', '""') + '"'


@lru_cache(maxsize=4096)
def quoted_if_needed(field: str) -> str:
    return quoted(field) if any(sign in field for sign in ',"\n') else field


def csv_line(fields: Sequence[str]) -> str:
    """A record from fields that are already quoted where they must be."""
    return ",".join(fields) + "\n"


def plain_fields(call: Call) -> list[str]:
    """The five fields of a call in the usual spelling, quoted where they must be."""
    destination = quoted_if_needed(call.destination)
    return [str(call.customer_id), _money(call.cost), destination, call.date, _clock(call.duration_s)]


def plain(call: Call) -> str:
    destination = quoted_if_needed(call.destination)
    return f"{call.customer_id},{_money(call.cost)},{destination},{call.date},{_clock(call.duration_s)}\n"


def _with(call: Call, column: int, field: str) -> str:
    fields = plain_fields(call)
    fields[column] = quoted_if_needed(field)
    return csv_line(fields)


def bare_amount(call: Call) -> str:
    return _with(call, 1, amount(call.cost, ""))


def currency_code(call: Call) -> str:
    return _with(call, 1, "" if call.cost is None else f"USD {amount(call.cost)}")


def four_decimals(call: Call) -> str:
    text = amount(call.cost, "")
    return _with(call, 1, text and "$" + text.ljust(text.index(".") + 5, "0"))


def one_digit_hour(call: Call) -> str:
    return _with(call, 4, _clock(call.duration_s).removeprefix("0"))


def spaces_around(call: Call) -> str:
    texts = (str(call.customer_id), amount(call.cost), call.destination, call.date, _clock(call.duration_s))
    return csv_line([quoted_if_needed(f" {text}  ") for text in texts])


def wide_spaces(call: Call) -> str:
    return _with(call, 2, call.destination.replace(" ", "  ") + " ")


def line_break(call: Call) -> str:
    """A line break inside the quotes: the record spans two lines, the white space folds to one blank."""
    folded = call.destination.replace(" ", "\n", 1)
    return _with(call, 2, folded if "\n" in folded else folded + "\n")


def decomposed(call: Call) -> str:
    return _with(call, 2, unicodedata.normalize("NFD", call.destination))


def all_quoted(call: Call) -> str:
    texts = (str(call.customer_id), f"${amount(call.cost)}" if call.cost is not None else "")
    return csv_line([quoted(t) for t in (*texts, call.destination, call.date, _clock(call.duration_s))])


def after_a_blank_line(call: Call) -> str:
    return "\n" + plain(call)


def bare_quote(call: Call) -> str:
    """Nothing quoted: a quote within an unquoted field is a character like any other."""
    fields = plain_fields(call)
    fields[2] = call.destination
    return csv_line(fields)


# Spellings that fit every call: the values, once typed, are the plain spelling's.
SPELLINGS: tuple[Spelling, ...] = (
    *(bare_amount, line_break, currency_code, spaces_around, four_decimals),
    *(wide_spaces, one_digit_hour, all_quoted, after_a_blank_line, decomposed),
)
# Values out of the ordinary, and how to write them.
ODD_VALUES: tuple[Variety, ...] = (
    ({"destination": "Nairobi, Kenya"}, plain),
    ({"destination": 'The "Hub", Kampala'}, plain),
    ({"destination": 'Gate 5" West'}, bare_quote),
    ({"destination": "Malmö"}, plain),
    ({"destination": "São Paulo"}, decomposed),
    ({"destination": "東京"}, plain),
    ({"cost": 12_345_000}, plain),
    ({"cost": 12_345_678_900}, plain),
    ({"cost": 12_345}, plain),
    ({"cost": 0}, plain),
    ({"cost": None}, plain),
    ({"duration_s": None}, plain),
    ({"duration_s": 86_400}, plain),
)
VARIETY: tuple[Variety, ...] = tuple(({}, spelling) for spelling in SPELLINGS) + ODD_VALUES
