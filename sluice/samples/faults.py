"""Faults to plant in a sample: one in a row, each with the code its reject must get."""

from __future__ import annotations

from sluice.samples.calls import Call
from sluice.samples.spelling import csv_line, line_break, plain, plain_fields

CUSTOMER, COST, DESTINATION, DATE, DURATION = range(5)

# (column, what stands there instead), written into the record as it is. Lone surrogates U+DC80..U+DCFF
# stand for the single bytes 0x80..0xFF, which is what `errors="surrogateescape"` writes.
BAD_FIELDS: dict[str, tuple[tuple[int, str], ...]] = {
    "not_money": ((COST, "free"), (COST, "$1.2.3"), (COST, "NaN"), (COST, "$1.2O"), (COST, '"1,20"')),
    "currency": ((COST, "€1.20"), (COST, "KES 120.00"), (COST, "£3.40"), (COST, "EUR 2.00")),
    "negative": ((COST, "-1.20"), (COST, "-$0.05"), (COST, "-7")),
    "missing": ((CUSTOMER, ""), (DESTINATION, ""), (DATE, ""), (DESTINATION, '"  "'), (CUSTOMER, " ")),
    "not_integer": ((CUSTOMER, "10O1"), (CUSTOMER, "1001.5"), (CUSTOMER, "C1001"), (CUSTOMER, "0x3E9")),
    "bad_date": (
        *((DATE, "2022-02-30 10:00:00"), (DATE, "2022-13-01 10:00:00"), (DATE, "2022-01-01 10:00:60")),
        *((DATE, "2022-01-01 24:00:00"), (DATE, "01/02/2022 10:00:00"), (DATE, "yesterday")),
    ),
    "bad_duration": (
        *((DURATION, "00:75:00"), (DURATION, "00:05:75"), (DURATION, "05:30"), (DURATION, "5 min")),
        (DURATION, "00:05:30.5"),
    ),
    "out_of_range": ((DURATION, "25:00:00"), (DURATION, "24:00:01"), (DURATION, "99:59:59")),
    "nul": ((DESTINATION, "Nai\0robi"), (DESTINATION, "\0"), (DESTINATION, '"Nairobi\0, Kenya"')),
    "invalid_utf8": (
        *((DESTINATION, "Malm\udcf6"), (DESTINATION, "Nairobi\udcff"), (DESTINATION, "Malm\udcc3")),
        *((DESTINATION, "\udced\udca0\udc80"), (DESTINATION, "Acc\udcc0\udcafra")),
    ),
}
DUPLICATES = ("duplicate", "respelled")
# What is dealt, each as often as it stands here: rows that come twice are the commonest fault of all.
DEALT = (*BAD_FIELDS, "ragged_row", "key_conflict", "key_conflict", *DUPLICATES, "duplicate")


def spoiled(call: Call, code: str, turn: int) -> str:
    """The call's record with one fault of this code in it; `turn` chooses among its spellings."""
    fields = plain_fields(call)
    if code == "ragged_row":
        return csv_line((fields[:-1], [*fields, "extra"], fields[:1], [*fields, "", ""])[turn % 4])
    column, text = BAD_FIELDS[code][turn % len(BAD_FIELDS[code])]
    fields[column] = text
    return csv_line(fields)


def conflicting(winner: Call, turn: int) -> str:
    """A record with the winner's key and other values."""
    if turn % 3 == 0:
        changed = winner._replace(cost=(winner.cost or 0) + 100)
    elif turn % 3 == 1:
        changed = winner._replace(duration_s=None if winner.duration_s is not None else 60)
    else:
        changed = winner._replace(duration_s=60 if winner.duration_s != 60 else 61)
    return line_break(changed) if turn % 5 == 1 else plain(changed)
