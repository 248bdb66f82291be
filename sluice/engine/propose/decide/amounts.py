"""Numbers and money: the type for a column whose shapes are numbers."""

from __future__ import annotations

import re

from sluice.engine.propose.decide.currency import Currency, currency_of
from sluice.engine.propose.decide.numbers import Notation, Numbers, readings_of
from sluice.engine.propose.decide.reading import Decision, Reading
from sluice.engine.propose.evidence.column import ColumnEvidence
from sluice.engine.propose.evidence.forms import form_of
from sluice.engine.types import Decimal, Integer, Money, Text
from sluice.engine.types.base import ColumnType

_ROOM, _MOST = 12, 38  # digits before the point that are allowed for, and digits of a number in all
_IDS = re.compile(
    r"(phone|tel|telephone|telefon|mobile|msisdn|fax|zip|zipcode|plz|postcode|postal|postleitzahl|iban|bic|isbn|ean|"
    r"upc|gtin|imei|imsi|iccid|ssn|vat|account|konto|kontonummer|card|passport)"
)
_OF_64_BITS = 19  # digits
_GROUPED_IDS = (" ", "'", "_")


def amounts(evidence: ColumnEvidence, points: frozenset[str]) -> Decision | None:
    """The proposal, if most of the column's shapes are numbers. Two readings where the decimal mark is not certain."""
    shapes = [(shape, count) for shape, count, _ in evidence.shapes if form_of(shape).number]
    currency = None if evidence.marks.full else currency_of(evidence.marks)
    if currency and not _is_money(evidence):
        currency = None
    found = readings_of(shapes, marks=currency is not None)
    if not found:
        return None
    foreign = sum(count for _, count in currency.foreign) if currency else 0
    known = [each for each in found if each.notation.point in points] if len(points) == 1 else []
    chosen = known if len(found) > 1 and known else found
    if len(chosen) == 1:
        decision = _decided(evidence, chosen[0], currency)
        why = f'"{found[0].different}" is read with the decimal mark "{chosen[0].notation.point}" of other columns'
        notes = (why, *decision.notes) if len(found) > 1 else decision.notes
        return Decision(decision.readings, decision.fits - foreign, notes, exact=decision.exact)
    readings = tuple(Reading(_type(each, currency), _meaning(each)) for each in chosen)
    return Decision(readings, chosen[0].fits - foreign, exact=False)


def _is_money(evidence: ColumnEvidence) -> bool:
    """Whether letters before or after numbers are a currency: `R1` and `ALL2` may be codes, `R 1` is not."""
    if not all(mark.isalpha() for mark, _, _ in evidence.marks):
        return True
    return any(form_of(shape).marked and re.search(r"[ .,]", shape) for shape, _, _ in evidence.shapes)


def certain_point(evidence: ColumnEvidence) -> str | None:
    """The decimal mark that a column has for certain; None if it shows none, or may have either."""
    shapes = [(shape, count) for shape, count, _ in evidence.shapes if form_of(shape).number]
    found = readings_of(shapes, marks=True)
    if len(found) != 1 or found[0].fits < 0.9 * evidence.filled:
        return None
    return found[0].notation.point if found[0].fraction or found[0].grouped else None


def _decided(evidence: ColumnEvidence, numbers: Numbers, currency: Currency | None) -> Decision:
    notes = []
    identifier = _why_text(evidence, numbers, currency)
    if identifier:
        return Decision((Reading(Text()),), numbers.fits, (identifier,))
    if currency:
        also = f" (or {', '.join(currency.others[:3])})" if currency.others else ""
        notes.append(f"{', '.join(mark for mark, _, _ in evidence.marks)}: {currency.code}{also}")
    if evidence.ranged == numbers.fits:
        notes.append(f"{evidence.low:,} to {evidence.high:,}")
    if not evidence.values.full and {text for text, _, _ in evidence.values} == {"0", "1"}:
        notes.append("Boolean() fits too")
    if evidence.filled > 1 and evidence.unique.decide():
        notes.append("all different")
    kind = _type(numbers, currency)
    exact = isinstance(kind, Integer) and not numbers.plus and not numbers.grouped
    return Decision((Reading(kind),), numbers.fits, tuple(notes), exact=exact)


def _why_text(evidence: ColumnEvidence, numbers: Numbers, currency: Currency | None) -> str:
    """Why digits are not a number: they would lose something as one."""
    if currency or numbers.fraction:
        return ""
    name = re.split(r"[^a-z]+", evidence.name.casefold())
    joined = f"always in the same groups; {type(_type(numbers, None)).__name__} would join them"
    in_groups = numbers.grouped and numbers.notation.thousands in _GROUPED_IDS and len(evidence.shapes) == 1
    reasons = [
        (numbers.zeros, f"{numbers.zeros:,} leading zeros, which Integer would drop"),
        (evidence.beyond or numbers.whole > _OF_64_BITS, f"up to {numbers.whole} digits, more than 64 bits"),
        (numbers.plus and numbers.whole >= 7, 'with "+": telephone numbers? Phone("KE") reads those of a country'),
        (in_groups, joined),
        (numbers.whole >= 4 and any(map(_IDS.fullmatch, name)), "digits, but its name says identifier"),
    ]
    return next((reason for applies, reason in reasons if applies), "")


def _type(numbers: Numbers, currency: Currency | None) -> ColumnType:
    """The smallest type with room for larger numbers."""
    thousands, point = numbers.notation.thousands, numbers.notation.point
    scale = max(numbers.fraction, 2)
    precision = min(max(_ROOM, numbers.whole + 2) + scale, _MOST)
    if currency:
        separator = "." if point == "," else ","
        separator = thousands or separator
        fits = numbers.fraction <= 4 and numbers.whole <= 8
        size = (12, 4) if fits else (min(max(_ROOM, numbers.whole + 2) + max(scale, 4), _MOST), max(scale, 4))
        return Money(currency.code, *size, thousands=separator, point=point, accounting=numbers.accounting)
    grouped = thousands if numbers.grouped else ""
    if not numbers.fraction and not numbers.accounting:
        return Integer(thousands=grouped)
    return Decimal(precision, scale, thousands=grouped, point=point, accounting=numbers.accounting)


def _meaning(numbers: Numbers) -> str:
    """What the ambiguous shape is in this notation, with digits instead of 9."""
    digits = iter("1234567890" * 8)
    text = "".join(next(digits) if each in "09" else each for each in numbers.different)
    notation: Notation = numbers.notation
    value = text.replace(notation.thousands, "") if notation.thousands else text
    return f"{text} is {value.replace(',', '.')}"
