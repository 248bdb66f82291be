"""The proposal for one column: the type that reads its cells, with the evidence, or what a person has to choose."""

from __future__ import annotations

from dataclasses import replace

from sluice.engine.propose.decide.amounts import amounts
from sluice.engine.propose.decide.clocks import clocks
from sluice.engine.propose.decide.floats import floats
from sluice.engine.propose.decide.hints import why_text
from sluice.engine.propose.decide.moments import moments
from sluice.engine.propose.decide.reading import Decision, Reading, share
from sluice.engine.propose.evidence.column import ColumnEvidence
from sluice.engine.propose.evidence.forms import form_of
from sluice.engine.types import Boolean, Text
from sluice.engine.types.base import ColumnType

_WRONG, _SURELY = 0.03, 10  # a type may refuse this share of the cells, and one of so many; else the column is text
_HALF = 0.5
_YES = {"true": "false", "t": "f", "yes": "no", "y": "n"}
_FEW = 6


def decide(evidence: ColumnEvidence, points: frozenset[str], stored: ColumnType | None = None) -> Decision:
    """The proposal. `points` are decimal marks that other columns of the files have for certain; `stored` is the type
    of the column in a file that has types."""
    if stored is not None:
        return Decision((Reading(stored),), evidence.filled, _extent(evidence))
    wanted = evidence.filled - evidence.nulls.total
    if wanted <= 0 or evidence.shapes.full:
        return _as_text(evidence, [])
    numbers = amounts(evidence, points), floats(evidence)
    tried = [each for each in (_boolean(evidence), moments(evidence, wanted), *numbers, clocks(evidence)) if each]
    best = max(tried, key=lambda each: each.fits, default=None)
    if best is None or wanted - best.fits > max(_WRONG * wanted, wanted >= _SURELY):
        return _as_text(evidence, tried)
    left = wanted - best.fits
    notes = [*best.notes, *_empties(evidence)]
    if left:
        notes.insert(0, f"{share(left, evidence.filled)} rejected: {left:,} such as {best.unread or _others(evidence)}")
    return replace(
        best, notes=tuple(notes), nulls=(*best.nulls, *_nulls(evidence, best.type)), rejects=best.rejects + left
    )


def _as_text(evidence: ColumnEvidence, tried: list[Decision]) -> Decision:
    """Text, and why it is not more."""
    if not evidence.filled:
        return Decision((Reading(Text()),), 0, ("always empty",))
    wanted = evidence.filled - evidence.nulls.total
    best = max(tried, key=lambda each: each.fits, default=None)
    notes = []
    if best and best.fits >= _HALF * wanted and not isinstance(best.type, Text):
        kind = type(best.type).__name__
        notes.append(f"{share(best.fits, wanted)} {kind}, not others such as {best.unread or _others(evidence)}")
    for text, count, _ in list(evidence.nulls)[:1]:
        notes.append(f'{count:,} x "{text}": nulls=("{text}",) would make them empty')
    return Decision((Reading(Text()),), evidence.filled, (*why_text(evidence), *notes, *_extent(evidence)))


def _extent(evidence: ColumnEvidence) -> tuple[str, ...]:
    """How many values there are, and how long."""
    notes = []
    if not evidence.values.full and 0 < len(evidence.values) <= _FEW < evidence.filled:
        notes.append(", ".join(f"{_short(text)} {share(count, evidence.filled)}" for text, count, _ in evidence.values))
    elif evidence.ranged == evidence.filled:
        notes.append(extent_of(evidence))
    elif evidence.filled > 1 and evidence.unique.decide():
        notes.append("all different")
    else:
        notes.append(f"{_about(evidence.distinct.count)} different, at most {evidence.longest} characters")
    return (*notes, *_empties(evidence))


def extent_of(evidence: ColumnEvidence) -> str:
    """The smallest and the largest number."""
    return f"{evidence.low:,} to {evidence.high:,}"


def _about(count: int) -> str:
    """A number of values: exact if small."""
    return f"{count:,}" if count < 1_000 else f"about {float(f'{count:.2g}'):,.0f}"


def _empties(evidence: ColumnEvidence) -> list[str]:
    return [f"{evidence.empty:,} empty"] if evidence.empty and evidence.filled else []


def _nulls(evidence: ColumnEvidence, declared: ColumnType) -> tuple[str, ...]:
    """The words for an empty value, each in one case; `-` is one only where the type does not read it."""
    if isinstance(declared, Text):
        return ()
    words: dict[str, str] = {}
    for text, _, _ in evidence.nulls:
        words.setdefault(text.casefold(), text)
    return tuple(words.values())


def _others(evidence: ColumnEvidence) -> str:
    """An example of a cell that is read as nothing but text, with its line."""
    words = {text for text, _, _ in evidence.nulls}
    odd = sorted((text, line) for text, _, line in evidence.odd if text not in words)
    if odd:
        text, _ = odd[0]
        return _short(text)
    rest = sorted(((count, shape) for shape, count, _ in evidence.shapes if not form_of(shape).odd), reverse=False)
    return f"the form {_short(rest[0][1])}" if rest else "longer texts"


def _short(text: str) -> str:
    shown = text if len(text) <= 24 else f"{text[:23]}…"
    return "".join(c if c.isprintable() else " " for c in shown)


def _boolean(evidence: ColumnEvidence) -> Decision | None:
    """Words for yes and no, both of them."""
    if evidence.values.full:
        return None
    nulls = {text for text, _, _ in evidence.nulls}
    counts: dict[str, int] = {}
    for text, count, _ in evidence.values:
        if text not in nulls:
            counts[text.lower()] = counts.get(text.lower(), 0) + count
    if not counts or not any(set(counts) == {yes, no} for yes, no in _YES.items()):
        return None
    total = sum(counts.values())
    note = ", ".join(
        f"{word} {share(count, total)}" for word, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    )
    return Decision((Reading(Boolean()),), total, (note,), exact=False)
