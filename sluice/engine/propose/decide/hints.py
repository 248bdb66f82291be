"""Cells that look like numbers or dates, and that no type reads: why the column is text."""

from __future__ import annotations

import re

from sluice.engine.propose.evidence.column import ColumnEvidence

_HALF = 0.5
_HINTS = (
    (re.compile(r"[+-]?[09]+(?:[.,]9+)? ?%"), "numbers with %: a transform can remove it"),
    (re.compile(r"99?[-/. ]99?[-/. ]99(?: .*)?"), "dates with years of two digits"),
    (
        re.compile(r"99?[- .]*[Aa]{3,9}[- ,.]*9{2,4}.*|[A][a]{2,8} 99?, ?9{4}.*"),
        "dates with names of months, not English or in a form that no type reads",
    ),
    (re.compile(r"9{4}-99-99[ A]99:99(?::99)?(?:\.9+)? ?(?:[Aa]+|[+-]99:?99)"), "times with zones that are names"),
    (re.compile(r"9{4}-99-99[ A]99:99:99\.9{7,}A?"), "times with more than 6 digits of a second"),
)


def why_text(evidence: ColumnEvidence) -> tuple[str, ...]:
    """The reason, if most of the cells have it; empty if there is none."""
    counts: dict[str, int] = {}
    for shape, count, _ in evidence.shapes:
        plain = shape.replace("0", "9")
        hint = next((hint for pattern, hint in _HINTS if pattern.fullmatch(plain)), None)
        if hint:
            counts[hint] = counts.get(hint, 0) + count
    best = max(counts, key=lambda hint: counts[hint], default=None)
    return (best,) if best and counts[best] >= _HALF * evidence.filled else ()
