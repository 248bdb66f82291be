"""Texts such as 14:30:05: times of day, or lengths of time."""

from __future__ import annotations

import re

from sluice.engine.propose.decide.reading import Decision, Reading
from sluice.engine.propose.evidence.column import ColumnEvidence
from sluice.engine.types import Duration, Time

_DAY = re.compile(r"99?:99(?P<seconds>:99(?P<fraction>\.9{1,6})?)?(?:(?P<blank> ?)(?P<half>[Aa]{2}))?")
_LENGTH = re.compile(r"9{1,4}:99(:99)?")
_LENGTHS = re.compile(r"dur|len|elapsed|dauer|took|hold|talk|wait|spent|billed", re.IGNORECASE)
_DAYS = re.compile(r"time|start|begin|end|\bat\b|_at\b|clock|uhr|heure|hora|zeit|open|clos|hour", re.IGNORECASE)
_HALVES = {"am", "pm"}


def clocks(evidence: ColumnEvidence) -> Decision | None:
    """The proposal. Where all cells are either, the column's name decides, or a person."""
    found = [each for each in (_times(evidence), _lengths(evidence)) if each]
    most = max((each.fits for each in found), default=0)
    best = [each for each in found if each.fits == most]
    if len(best) > 1:
        named = _by_name(evidence.name)
        best = [each for each in best if named is None or isinstance(each.type, named)]
    if len(best) == 1 or not best:
        return best[0] if best else None
    readings = tuple(reading for each in best for reading in each.readings)
    return Decision(readings, most, ("a time of day or a length of time",), exact=False)


def _by_name(name: str) -> type | None:
    """Duration or Time, if the name says one and not the other."""
    length, day = _LENGTHS.search(name), _DAYS.search(name)
    return None if bool(length) == bool(day) else Duration if length else Time


def _times(evidence: ColumnEvidence) -> Decision | None:
    formats: dict[str, int] = {}
    for shape, count, _ in evidence.shapes:
        found = _DAY.fullmatch(shape.replace("0", "9"))
        if found:
            clock = f":%M{':%S' if found['seconds'] else ''}{'.%f' if found['fraction'] else ''}"
            half = f"{found['blank']}%p" if found["half"] else ""
            text = f"{'%I' if half else '%H'}{clock}{half}"
            formats[text] = formats.get(text, 0) + count
    if not formats or {half.strip().casefold() for half, _, _ in evidence.halves} - _HALVES:
        return None
    last = 12 if evidence.halves.total else 23
    late = {hour: count for hour, count, _ in evidence.hours if int(hour) > last}
    best = sorted(formats, key=lambda text: (-formats[text], text))
    fits = sum(formats.values()) - sum(late.values())
    unread = f"the hour {min(late)}" if late else ""
    reading = Reading(Time(*best), "a time of day")
    return Decision((reading,), fits, ("a time of day",), exact=False, unread=unread) if fits > 0 else None


def _lengths(evidence: ColumnEvidence) -> Decision | None:
    fits, short = 0, False
    for shape, count, _ in evidence.shapes:
        found = _LENGTH.fullmatch(shape.replace("0", "9"))
        if found and (found[1] or shape.index(":") <= len("99")):
            fits, short = fits + count, short or not found[1]
    if not fits:
        return None
    words = "HH:MM:SS" if not short else "MM:SS"
    meaning = f"a length of time: {words}"
    return Decision((Reading(Duration(minutes=short), meaning),), fits, (f"{words}, stored in seconds",), exact=False)
