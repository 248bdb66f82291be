"""The rules of a call log's five columns, one value at a time, in plain Python: re, datetime, Decimal.

They know the spellings that the project documents and no others: `1.20 USD`, say, is not among them.
Nothing of Sluice is imported and no code is shared with it, so that the two can judge each other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

COLUMNS = ("customer_id", "call_cost", "call_destination", "call_date", "call_duration")
ZONE = ZoneInfo("Africa/Nairobi")
NUMBER = r"((?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d+)?)"
MONEY = re.compile(rf"(-?)(?:\$|USD ?)?{NUMBER}", re.ASCII)
OTHER_MONEY = re.compile(rf"-?(?:[€£¥]|[A-Z]{{3}} ?){NUMBER}", re.ASCII)
DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
DURATION = re.compile(r"(\d{1,2}):([0-5]\d):([0-5]\d)", re.ASCII)


class Key(NamedTuple):
    call_date: datetime
    customer_id: int
    call_destination: str


class Values(NamedTuple):
    call_cost_usd: Decimal | None
    call_duration_s: int | None


class RowError(ValueError):
    """A row that must be refused; its only argument is the code."""


def typed(header: Sequence[str], cells: Sequence[str]) -> tuple[Key, Values]:
    """A record's key and values. Bytes that are not UTF-8 come as lone surrogates in `cells`.

    Raises RowError with the first of: nul, invalid_utf8, ragged_row, then the columns' faults in order.
    """
    if any("\0" in cell for cell in cells):
        raise RowError("nul")
    if any("\udc80" <= sign <= "\udcff" for cell in cells for sign in cell):
        raise RowError("invalid_utf8")
    if len(cells) != len(header):
        raise RowError("ragged_row")
    row = dict(zip(header, cells, strict=True))
    customer_id = integer(row["customer_id"].strip())
    cost = money(row["call_cost"].strip())
    destination = " ".join(unicodedata.normalize("NFC", row["call_destination"]).split())
    if not destination:
        raise RowError("missing")
    called = date(row["call_date"].strip())
    return Key(called, customer_id, destination), Values(cost, duration(row["call_duration"].strip()))


def integer(text: str) -> int:
    if not text:
        raise RowError("missing")
    if not re.fullmatch(r"[+-]?\d+", text, re.ASCII):
        raise RowError("not_integer")
    if not -(2**63) <= int(text) < 2**63:
        raise RowError("out_of_range")
    return int(text)


def money(text: str) -> Decimal | None:
    """Dollars that numeric(12,4) holds exactly; None when nothing is written."""
    if not text:
        return None
    found = MONEY.fullmatch(text)
    if not found:
        raise RowError("currency" if OTHER_MONEY.fullmatch(text) else "not_money")
    amount = Decimal(found[2].replace(",", ""))
    if amount != round(amount, 4):
        raise RowError("too_precise")
    if amount >= 10**8:
        raise RowError("out_of_range")
    if found[1] and amount:
        raise RowError("negative")
    return amount


def date(text: str) -> datetime:
    """The instant of a local time in Nairobi, as UTC."""
    if not text:
        raise RowError("missing")
    if not DATE.fullmatch(text):
        raise RowError("bad_date")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)
    except (ValueError, OverflowError):
        raise RowError("bad_date") from None


def duration(text: str) -> int | None:
    """Whole seconds of `HH:MM:SS` or `H:MM:SS`; None when nothing is written."""
    if not text:
        return None
    found = DURATION.fullmatch(text)
    if not found:
        raise RowError("bad_duration")
    hours, minutes, seconds = map(int, found.groups())
    length = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if length > timedelta(days=1):
        raise RowError("out_of_range")
    return int(length.total_seconds())
